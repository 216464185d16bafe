# Письма: виды, тексты и их редактор.

nav-mail-texts = Тексты писем

mail-kind-reissued = Перевыпуск: установить
mail-kind-reissue-needs-you = Перевыпуску нужен клиент
mail-kind-ending = Сертификат заканчивается
mail-kind-prolonged = Услуга продлена
mail-kind-not-enough-money = Не хватает денег
mail-kind-method-changed = Изменён способ подтверждения
mail-kind-closed = Услуга закрыта
mail-kind-suspended = Услуга приостановлена
mail-kind-resumed = Услуга возобновлена

mail-in-days = { $count ->
    [0] сегодня
    [1] завтра
    [one] через { $count } день
    [few] через { $count } дня
    [many] через { $count } дней
   *[other] через { $count } дня
}

mails-overtaken = уже не отправляется
mails-overtaken-replaced = сертификат за это время заменён
mails-overtaken-not-active = услуга больше не действует
mails-overtaken-settled = за это время всё решилось
mails-overtaken-said-again = об этом говорит более новое письмо
mails-failing-texts = { $count ->
    [one] { $count } изменённый текст не подошёл к письму. Вместо него отправлен поставляемый.
    [few] { $count } изменённых текста не подошли к письмам. Вместо них отправлены поставляемые.
    [many] { $count } изменённых текстов не подошли к письмам. Вместо них отправлены поставляемые.
   *[other] { $count } изменённого текста не подошли к письмам. Вместо них отправлены поставляемые.
}

periodic-notices = Сообщить клиентам о сертификатах, которые заканчиваются без замены

mail-texts-text = Что говорится в письмах на каждом языке. Изменение действует для писем, отправленных после него.
mail-texts-mail = Письмо
mail-texts-shipped = поставляемый
mail-texts-changed = изменён
mail-texts-failing = не подходит
mail-texts-to-client = клиенту
mail-texts-to-user = тому, кто входит в систему
mail-texts-to-department = отделу
mail-texts-subject = Тема
mail-texts-body = Простой текст
mail-texts-html = HTML
mail-texts-body-help = { "{{ name }}" } заменяется значением, { "{% if name %} … {% endif %}" } выделяет часть, которой может не быть. Ссылка обязательна.
mail-texts-html-help = Значения экранируются сами. Рамка вокруг и кнопка берутся из общего макета.
mail-texts-sample = Образец
mail-texts-sample-number = Образец { $number } из { $count }
mail-texts-preview = Предпросмотр
mail-texts-test = Отправить мне
mail-texts-tested = Пробное письмо отправлено на { $address }.
mail-texts-saved = Текст сохранён. Он действует со следующего письма.
mail-texts-restore = Вернуть поставляемый текст
mail-texts-restore-text = Изменённый текст перестанет действовать. Он останется среди прежних текстов ниже.
mail-texts-restored = Снова действует поставляемый текст.
mail-texts-edited = Текст
mail-texts-shown = Как это выглядит
mail-texts-shown-html = Письмо в HTML
mail-texts-names = Имена, которые можно использовать
mail-texts-name = Имя
mail-texts-meaning = Значение
mail-texts-stands-for = Например
mail-texts-past = Прежние тексты
mail-texts-past-to-own = Изменён
mail-texts-past-to-shipped = Возвращён поставляемый текст
mail-texts-past-edit = Взять снова
mail-texts-past-empty = Текст никогда не меняли
mail-texts-at-line = Строка { $line }: { $detail }
mail-texts-failed = { $when } письмо не удалось написать по этому тексту, и отправлен поставляемый: { $why }

problem-text-empty = Здесь должно что-то быть.
problem-text-too-long = Слишком длинно, или несколько строк там, где нужна одна.
problem-text-syntax = Это нельзя прочитать как шаблон.
problem-text-unknown-name = В этом письме нет такого имени.
problem-text-unknown-part = Нет такого фильтра, функции, блока или текста.
problem-text-endless = Это выполняется слишком долго.
problem-text-no-link = Не хватает ссылки: { "{{ link }}" }.
problem-text-other = По этому тексту письмо не получается.

refused-no-mail-server = Почтовый сервер не настроен.
refused-no-own-address = У вас здесь нет почтового адреса.
refused-mail-not-taken = Почтовый сервер не принял письмо: { $reason }

mail-name-service = Номер услуги
mail-name-tariff-plan = Название тарифного плана
mail-name-name = Основное имя
mail-name-names = Все имена в сертификате
mail-name-price = Сумма
mail-name-link = Адрес страницы для следующего шага
mail-name-steps = Что нужно сделать, по именам
mail-name-step-name = Подтверждаемое имя
mail-name-step-method = Способ: одно из этих слов
mail-name-step-record = Тип записи DNS
mail-name-step-host = Имя записи DNS
mail-name-step-value = Значение записи DNS
mail-name-step-url = Адрес файла
mail-name-step-content = Строки файла
mail-name-step-address = Кто получает письмо центра сертификации
mail-name-end-date = Последний день сертификата
mail-name-paid-till = Конец оплаченного срока
mail-name-former-end-date = Последний день прежнего сертификата
mail-name-reason = Причина словами
mail-name-returned = Сколько возвращено на баланс
mail-name-occasion = Почему сертификат новый: одно из этих слов
mail-name-key = Чей закрытый ключ: одно из этих слов
mail-name-by = До какого дня
mail-name-days = Сколько дней осталось
mail-name-in-days = То же словами
mail-name-why = Почему: одно из этих слов
mail-name-available = Сколько доступно на балансе
mail-name-missing = Сколько не хватает
mail-name-until = До какого дня
mail-name-from = Прежний способ подтверждения
mail-name-to = Новый способ подтверждения
mail-name-since = С какого дня
mail-name-by-us = Публикует ли запись certbroker
mail-name-valid-until = До какого времени действует ссылка
mail-name-module = Название модуля обработки
mail-name-balance = Сколько на счёте в центре сертификации
mail-name-minimum = Минимальный баланс
mail-name-read-at = Когда прочитан баланс
mail-name-stopped = Прекращены ли покупки
mail-name-task = Номер задачи
mail-name-title = Что нужно сделать
mail-name-event = Почему написано письмо: одно из этих слов
mail-name-reasons = Почему задача возникла, по строкам
mail-name-department = Название отдела
mail-name-priority = Насколько срочно
mail-name-due = К какому сроку
mail-name-seller = Ваше название
mail-name-support = Куда обращаться с вопросами
mail-name-subject = Тема; не внутри самой темы
