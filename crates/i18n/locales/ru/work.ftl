# Администратор, ежедневная работа: услуги, операции, задачи, аккаунты, пользователи, журнал действий.

# Услуги
services-search = Номер, имя, клиент
services-empty-title = Услуг ещё нет
services-empty-text = Они появятся здесь, когда клиенты начнут заказывать.
services-nothing-title = Ничего не найдено
services-nothing-text = Измените поиск или фильтры.
services-column-name = Имя
services-more-names = { $count ->
    [one] и ещё { $count }
    [few] и ещё { $count }
    [many] и ещё { $count }
   *[other] и ещё { $count }
}
services-ends-within = Закончится за
services-ends-within-days = { $count ->
    [one] { $count } день
    [few] { $count } дня
    [many] { $count } дней
   *[other] { $count } дня
}
services-years = { $count ->
    [one] { $count } год
    [few] { $count } года
    [many] { $count } лет
   *[other] { $count } года
}
services-finish = Завершить вручную
services-finish-text = Сертификат сверяется с запросом и именами. Затем услуга станет активной, клиент получит письмо, задача закроется.
services-finish-certificate = Сертификат (PEM)
services-finish-chain-hint = В любом порядке.
services-finish-submit = Выдать этот сертификат
services-finished = Сертификат выдан.
services-close = Отказаться
services-cancel = Отменить с возвратом денег
services-cancel-text = УЦ возвращает деньги до { $last_day }. Сертификат аннулируется там, при отсутствии такого вызова — задачей, и клиент получает деньги обратно.
services-close-text = Заказ прекращается до выпуска; если УЦ позволяет, он отменяется и там, а деньги возвращаются клиенту.
services-closing = Услуга закрывается.
services-needs-person = Операции нужен человек:
services-dates = Даты
services-paid-till-empty = пусто: один сертификат покрывает весь оплаченный срок
services-term = Оплаченный срок
services-accepted = Принято в УЦ
services-issued = Выпущено
services-closed = Закрыто
services-external-ref = Номер у клиента
services-cost = Себестоимость в УЦ
services-margin = Маржа
services-certificates = Сертификаты
services-no-certificate = Сертификат ещё не выпущен.
services-current = используется
services-validity = Действует
services-issuer = Издатель
services-serial = Серийный номер
services-fingerprint = SHA-256
services-ca-orders = Заказы в УЦ
services-ca-ref = Номер в УЦ
services-looked = Последняя проверка
services-charged = Списано
services-raw = Последний ответ УЦ по { $number }
services-contacts = Контакт
services-contact = Человек
services-contact-title = Должность
services-phone = Телефон
services-organisation = Организация
services-place = Адрес
services-registration = Регистрационный номер
services-key = Ключ
services-custody = Хранение
services-key-kind = Вид
services-csr = Запрос на сертификат
failure-rejected = УЦ отклонил заказ.
failure-closed = От заказа отказались до выпуска.
failure-no-module = Ни один обработчик услуг не смог купить.
failure-by-staff = Прекращено сотрудником.
services-count = { $count ->
    [one] { $count } услуга
    [few] { $count } услуги
    [many] { $count } услуг
   *[other] { $count } услуги
}
services-ends-from = Закончится с
services-ends-to = Закончится по
services-finish-ca-ref-hint = Заказ в УЦ, по которому выпущен этот сертификат.
services-finish-closing = Завершить закрытие
services-finish-closing-text = УЦ не смог отменить заказ через API. Сначала отмените его в личном кабинете УЦ, затем укажите, что будет с деньгами клиента.
services-money-back = Деньги клиента
services-money-all = Вернуть всё
services-money-all-hint = УЦ возвращает деньги, или расходы несём мы.
services-money-nothing = Ничего не возвращать
services-money-nothing-hint = УЦ оставляет деньги себе, и мы тоже.
services-closed-by-hand = Услуга закрыта.
services-loss = ниже себестоимости
services-method-changed = Способ изменён.
services-prolong-on = В конце оплаченного срока продлевается автоматически с баланса клиента.
services-prolong-off = Не продлевать.
services-suspend = Приостановить
services-suspend-text = До возобновления ничего не перевыпускается и не продлевается. Сертификат остаётся действительным.
services-suspend-why = Причина
services-suspended = Услуга приостановлена.
services-resume = Возобновить
services-resumed = Услуга снова активна.
services-prolong-set = Отмечено.
services-resent = Письмо отправляется ещё раз.
admin-ca-refused = УЦ этого не сделал: { $reason }

# Проверка домена
ca-state-awaiting-payment = Ждёт оплаты
ca-state-pending = В работе
ca-state-validation = Ждёт проверки
ca-state-issued = Выпущен
ca-state-rejected = Отклонён
ca-state-cancelled = Отменён
ca-state-revoked = Отозван
ca-state-expired = Истёк
ca-state-replaced = Заменён
ca-state-unknown = Не распознано

# Операции
operations-text = Автоматическая работа с услугами. То, что не может продолжаться само, становится задачей.
operations-empty = Здесь пусто
operations-none = Операций не было.
operations-attempts = Попытки
operations-next = Следующий запуск
operations-error = Последняя ошибка
operations-running = выполняется сейчас
operations-retry = Запустить снова
operations-retried = Операция запущена снова.
operations-to-person = Передать человеку
operations-to-person-text = Операция перестанет выполняться сама, а отдел её обработчика получит задачу.
operations-given = Теперь операция ждёт человека.
operations-step = Следующий шаг
operations-started-by = Начал
operations-finished = Завершена
operations-history = Попытки
operations-no-attempt = Попыток ещё не было.
operations-log = Журнал
operations-considered = Рассмотренные обработчики
operations-chosen = Выбран
operations-purchases = Покупки в УЦ
operations-expected = Ожидаемая цена
operations-reason = Почему
operations-unique-value = Уникальное значение
operations-intended = Намерение записано
operations-settled = Исход известен
operations-candidates = Заказы в УЦ, которые могут быть этим
attempt-outcome-done = готово
attempt-outcome-waits = ждёт
attempt-outcome-failed = не удалось
attempt-outcome-postponed = отложено
attempt-outcome-manual = передано человеку
attempt-outcome-refused = закончилось без результата
error-class-unreachable = УЦ недоступен.
error-class-unauthorized = УЦ не принимает наш вход.
error-class-forbidden-address = УЦ не разрешает обращения с нашего адреса.
error-class-rate-limited = УЦ просит обращаться реже.
error-class-rejected = УЦ отказывает.
error-class-protocol = Ответ УЦ не понят.
error-class-unsupported = УЦ этого не умеет.
error-class-internal = Что-то не так на нашей стороне.
purchase-stage-awaits-approval = Ждёт второго человека
purchase-stage-intended = Записано намерение
purchase-stage-called = Запрос отправлен
purchase-stage-unknown = Исход неизвестен
purchase-stage-accepted = Принято
purchase-stage-rejected = Отклонено
purchase-stage-never-made = Не состоялось
operations-show = Показать
operations-trouble = Только с ошибками
operations-to-person-note = Заметка к задаче
operations-decision = Нужно решение человека
operations-decision-question = Что сделать?
operations-decide = Решить
operations-decided = Операция продолжится по вашему решению.
decision-adopt = Это вот этот заказ в УЦ
decision-hint-adopt = Услуга продолжится с заказом, номер которого вы введёте ниже.
decision-nothing-there = В УЦ такого заказа нет
decision-hint-nothing-there = Точно известно после проверки в личном кабинете УЦ: заказ будет сделан ещё раз.
decision-give-up = Отказаться
decision-hint-give-up = Заказ прекращается, клиент получает деньги назад.
decision-approve = Подтвердить покупку
decision-hint-approve = Выше предела, но так и задумано. Кто заказал, тот подтвердить не может.
step-choose = Выбрать обработчик
step-buy = Купить
step-prove = Узнать, что подтвердить
step-publish = Опубликовать записи
step-await = Ждать УЦ
step-fetch = Получить сертификат
step-tidy = Прибрать за собой
step-close = Закрыть
error-class-unknown = Неизвестно, есть ли заказ в УЦ.
error-class-mismatch = Сертификат не подходит к заказу.
error-class-ceiling = Цена выше предела.
error-class-no-module = Ни один обработчик услуг сейчас не может купить.
error-class-by-staff = Передано сотрудником.
error-class-purchases-blocked = Покупки отключены.
purchase-stage-unclear = Никто не знает
purchase-stage-dropped = Отменено до запроса

# Задачи
tasks-text = Работа для людей. То, что программа не может решить, попадает сюда, в отдел обработчика.
tasks-mine = Только мои
tasks-add = Новая задача
tasks-column-title = Что сделать
tasks-column-performer = Исполнитель
tasks-empty-title = Открытых задач нет
tasks-empty-text = Всё работает само.
tasks-facts = Задача
tasks-about = О чём
tasks-closed = Закрыта
tasks-take = Взять
tasks-done = Выполнено
tasks-cancel = Отпала
tasks-cancel-text = Задача закроется без выполнения.
tasks-comments = Комментарии
tasks-no-comments = Пока никто ничего не написал.
tasks-comment = Комментарий
tasks-comment-submit = Добавить комментарий
tasks-added = Задача добавлена.
tasks-taken = Задача ваша.
tasks-was-done = Задача выполнена.
tasks-was-cancelled = Задача закрыта.
tasks-commented = Комментарий добавлен.
tasks-unfinished = Незавершённые
tasks-changed = Последнее изменение
tasks-hands = В чьих руках
tasks-nobody = Никто
tasks-give = Передать
tasks-given = У задачи новый исполнитель.
tasks-hand-over = Передать в отдел
tasks-handed-over = Задача передана в другой отдел.
tasks-decide-credit = Решить о зачислении
tasks-to-operation = К операции

# Аккаунты
accounts-search = Номер, название, адрес почты
accounts-empty-title = Аккаунтов нет
accounts-empty-text = Клиенты регистрируются сами, или их добавляют сотрудники.
accounts-country = Страна
accounts-available = Доступно
accounts-reserved = Зарезервировано
accounts-statement = Выписка
accounts-no-bookings = Операций по счёту ещё нет
accounts-documents = Документы
accounts-no-documents = Документов ещё нет
accounts-what-for = За что
accounts-credit = Зачислить деньги
accounts-credit-text = Крупные зачисления ждут второго человека.
accounts-credit-note = За что
accounts-credit-note-hint = Клиент увидит это в выписке.
accounts-credit-submit = Зачислить
accounts-credited = Зачислено { $amount }.
accounts-credit-asked = Зачисление { $amount } ждёт второго человека.
accounts-credit-limit = Кредитный лимит
accounts-credit-limit-hint = Насколько ниже нуля может уйти счёт.
accounts-tax-number = Налоговый номер
accounts-language = Язык
accounts-note = Заметка
accounts-note-hint = Только для сотрудников.
accounts-no-members = За этот аккаунт никто не может войти.
accounts-add = Новый аккаунт
accounts-edit = Изменение аккаунта
accounts-added = Аккаунт добавлен.
accounts-saved = Аккаунт сохранён.
accounts-count = { $count ->
    [one] { $count } аккаунт
    [few] { $count } аккаунта
    [many] { $count } аккаунтов
   *[other] { $count } аккаунта
}
accounts-all = Показать все
accounts-act = Действовать за клиента
accounts-acting = Теперь вы действуете за клиента: видите и заказываете то же, что и он.
accounts-acting-bar = Вы действуете за клиента.
accounts-acting-end = Прекратить
accounts-acting-no-more = Вы снова действуете от себя.
accounts-currency = Валюта
accounts-currency-hint = Изменить её потом нельзя.
accounts-document = Документ
accounts-member-removed = Пользователь больше не действует в этом аккаунте.
accounts-remove-member = Исключить
accounts-remove-member-text = { $name } больше не сможет действовать в этом аккаунте, сеансы завершатся.
accounts-state-hint = Заблокированный аккаунт ничего не заказывает; его услуги продолжаются.
account-state-active = Активен
account-state-blocked = Заблокирован
account-state-erased = Удалён

# Зачисления
credits-text = Для крупных зачислений нужны двое: один просит, другой подтверждает.
credits-empty-title = Ожидающих зачислений нет
credits-empty-text = Зачисления запрашиваются на странице аккаунта.
credits-waits = ждёт второго человека
credits-asked-by = Запросил
credits-approve = Подтвердить
credits-approve-text = { $amount } будут сразу зачислены на аккаунт { $account }.
credits-refuse = Отклонить
credits-refuse-text = Ничего не будет зачислено.
credits-approved = Зачисление подтверждено.
credits-refused = Зачисление отклонено.

# Пользователи
users-search = Имя, адрес почты
users-of = Кто
users-of-staff = Сотрудники
users-of-clients = Клиенты
users-empty = Никого не найдено
users-client = Клиент
users-second-factor = Второй фактор
users-last-sign-in = Последний вход
users-add-staff = Добавить сотрудника
users-add-member = Добавить пользователя в аккаунт
users-lock = Заблокировать
users-lock-text = Человек будет везде отключён и больше не сможет войти.
users-unlock = Разблокировать
users-unlock-text = Человек снова сможет войти.
users-locked = Пользователь заблокирован.
users-unlocked = Пользователь снова может войти.
users-reset-totp = Снять второй фактор
users-reset-totp-text = При следующем входе человек настроит новый. Убедитесь, что просил действительно он.
users-totp-reset = Второй фактор снят.
users-confirmed = Адрес подтверждён
users-count = { $count ->
    [one] { $count } пользователь
    [few] { $count } пользователя
    [many] { $count } пользователей
   *[other] { $count } пользователя
}
users-add-text = На адрес уйдёт письмо со ссылкой; по ней человек задаст пароль. Кто уже известен, получит только доступ к аккаунту.
users-invite = Добавить и отправить ссылку
users-invited = Письмо со ссылкой отправляется на { $email }.
users-invited-later = На { $email } недавно ушло слишком много писем. Отправьте ссылку чуть позже.
users-link = Ссылка для пароля
users-link-text = Кто забыл пароль или ещё не имел его, задаст его по ссылке из письма.
users-link-send = Отправить ссылку
users-password = Пароль
users-password-hint = Не меньше 8 символов. Все сеансы этого человека завершатся.
users-new-password = Новый пароль
users-set-password = Задать пароль
users-password-set = Пароль задан.
user-state-unconfirmed = Не подтверждён
user-state-active = Активен
user-state-disabled = Заблокирован

# Журнал действий и отделы
audit-text = Кто, что и когда сделал. Каждая запись хранит хеш предыдущей.
audit-sequence = №
audit-action = Действие
audit-subject = Предмет
audit-request = Запрос
audit-empty = Ничего не найдено
audit-verify = Проверить цепочку
audit-holds = { $count ->
    [one] Цепочка цела: проверена { $count } запись.
    [few] Цепочка цела: проверены { $count } записи.
    [many] Цепочка цела: проверено { $count } записей.
   *[other] Цепочка цела: проверено { $count } записи.
}
departments-text = Задачи попадают в отделы; первыми их видят участники отдела.
departments-add = Новый отдел
departments-members = Участники
departments-added = Отдел добавлен.
departments-saved = Отдел сохранён.
audit-broken = Цепочка нарушена на записи { $number }: { $why }.
audit-who = Кто (адрес почты)
departments-archived = Больше не принимает задач
departments-archived-hint = Его старые задачи остаются.
departments-email-hint = Сюда приходят уведомления о новых задачах; пусто: каждому участнику.
departments-empty = Отделов ещё нет
departments-mail-to-members = каждому участнику
people-certbroker = certbroker
people-command-line = Командная строка
people-guest = Без входа
people-token = Программа с токеном

# Отказы, которые видят сотрудники
refused-credit-sent-before = Эта форма уже отправлялась, тогда было зачислено { $amount }. Сейчас ничего не зачислено: посмотрите движение средств и отправьте форму ещё раз, если это другое зачисление.
refused-already-decided = Решение уже принято.
refused-already-refunded = Деньги уже возвращены.
refused-ca-order-unknown = Введите номер заказа в УЦ.
refused-certificate-does-not-match = Сертификат не подходит к заказу: { $reason }
refused-decide-the-credit = Эта задача закроется сама, когда будет решено о зачислении.
refused-is-running = Прямо сейчас с этим работают. Попробуйте через минуту.
refused-last-owner = Последний владелец остаётся в аккаунте.
refused-not-a-closing = Эта операция не закрывает услугу.
refused-brings-no-certificate = Эту операцию нельзя завершить сертификатом.
refused-not-yourself = С собой этого сделать нельзя.
refused-nothing-to-decide = Здесь нечего решать.
refused-second-person-needed = Это должен решить второй человек.
refused-task-closed = Задача закрыта.
problem-above-zero = Сумма должна быть больше нуля.
problem-other-currency = Счёт ведётся в другой валюте.
problem-issued-wrong-key = Сертификат выпущен для другого ключа.
problem-certificate-too-large = Для сертификата это слишком длинно.
problem-certificate-none = Здесь нет сертификата.
problem-certificate-malformed = Сертификат не читается.
