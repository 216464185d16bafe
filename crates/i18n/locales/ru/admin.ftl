# Панель администратора.

# Обзор
dashboard-all = Показать все
dashboard-balances = Балансы в УЦ
dashboard-certificates = Сертификаты
dashboard-chart = Сертификаты, которые заканчиваются в ближайшие 60 дней
dashboard-ending = Скоро заканчиваются
dashboard-first-steps = Первые шаги
dashboard-manual = { $count ->
    [one] { $count } ждёт человека
    [few] { $count } ждут человека
    [many] { $count } ждут человека
   *[other] { $count } ждут человека
}
dashboard-missing-account = Создайте аккаунт клиента и зачислите на него деньги
dashboard-missing-module = Добавьте обработчик услуг: соединение с удостоверяющим центром
dashboard-missing-tariff = Создайте тарифный план с ценами
dashboard-no-trouble = Все операции идут как надо
dashboard-nothing-ends = В ближайшие 7 дней ничего не заканчивается
dashboard-tasks = Открытые задачи
dashboard-trouble = Операции с ошибками

# Обработчики услуг
modules-text = Соединения с удостоверяющими центрами. Если у тарифного плана их несколько, первым берётся обработчик с наименьшей сортировкой.
modules-empty-title = Обработчиков услуг ещё нет
modules-empty-text = Подключите удостоверяющий центр, чтобы продавать его сертификаты.
modules-column-connector = Центр
modules-column-usage = Услуги
modules-column-connection = Соединение
modules-column-product = Продукт
modules-column-level = Проверка
modules-column-years = { $count ->
    [one] { $count } год
    [few] { $count } года
    [many] { $count } лет
   *[other] { $count } года
}
modules-column-extra-name = Доп. имя
modules-balance-low = ниже минимума
modules-balance-unreadable = последнее чтение не удалось
modules-connection-unknown = Не проверено
modules-connection-works = Работает
modules-connection-broken = Не работает
modules-rests = новая попытка { $when }
modules-purchases-off = Покупки отключены
modules-switch-off-text = Новые заказы будут обходить этот обработчик. Уже сделанные заказы продолжатся.
modules-connection = Соединение
modules-checked = Проверено { $when }
modules-never-checked = Соединение ещё не проверялось.
modules-balance = Баланс в УЦ
modules-balance-problem = Последнее чтение не удалось
modules-minimal-balance = Минимальный баланс
modules-minimal-balance-hint = В валюте счёта в УЦ. Если баланс ниже, отдел получит предупреждение. Пусто: никогда.
modules-blocks-below = Не покупать ниже минимума
modules-blocks-below-hint = Пока баланс ниже минимума, новые заказы обходят обработчик.
modules-day-ceiling = Не больше в день
modules-order-ceiling = Не больше за заказ
modules-spent-today = Потрачено сегодня
modules-parameters = Параметры
modules-secret-set = задан, не показывается
modules-place = { $place } из { $of }
modules-allow-purchases = Разрешить покупки
modules-allow-purchases-text = Через этот обработчик снова можно будет покупать.
modules-block-purchases = Остановить покупки
modules-block-purchases-text = Пока покупки не разрешены снова, через этот обработчик ничего не покупается. Сделанные заказы продолжатся.
modules-log = Журнал
modules-log-text = Уровень действует сразу. Строка для debug.conf:
modules-log-level = Уровень
modules-log-0 = Ничего
modules-log-1 = Уведомления
modules-log-2 = Критические ошибки
modules-log-3 = Ошибки
modules-log-4 = Предупреждения
modules-log-5 = Запросы
modules-log-6 = Запросы подробнее
modules-log-7 = Ответы УЦ
modules-log-8 = Шаги программы
modules-log-9 = Всё
modules-catalogue = Каталог
modules-catalogue-show = Показать продукты
modules-catalogue-import = Загрузить
modules-catalogue-imported = Загружен
modules-catalogue-imports = Импорты
modules-catalogue-left-out = { $count ->
    [one] { $count } строка ответа пропущена:
    [few] { $count } строки ответа пропущены:
    [many] { $count } строк ответа пропущено:
   *[other] { $count } строки ответа пропущено:
}
modules-change-added = Новый: { $product }
modules-change-removed = Больше нет: { $product }
modules-change-repriced = { $count ->
    [one] { $product }, { $count } год: { $before } → { $now }
    [few] { $product }, { $count } года: { $before } → { $now }
    [many] { $product }, { $count } лет: { $before } → { $now }
   *[other] { $product }, { $count } года: { $before } → { $now }
}
modules-catalogue-products = Продуктов
modules-catalogue-changes = Изменения
modules-catalogue-diff = новых: { $added }, исчезло: { $removed }, с другой ценой: { $repriced }
modules-catalogue-none = Каталог ещё не загружали.
modules-catalogue-nothing = Ничего не найдено
modules-catalogue-search = Продукт, бренд или код
modules-catalogue-removed = И те, что больше не продаются
modules-catalogue-gone = больше не продаётся
modules-catalogue-line = Загружен { $when }: { $changes }
modules-catalogue-importing = Загрузка каталога
modules-catalogue-asking = Запрашиваем каталог у удостоверяющего центра…
modules-catalogue-read = Сравнено продуктов: { $done } из { $of }
modules-catalogue-done = { $count ->
    [one] { $count } продукт: { $changes }
    [few] { $count } продукта: { $changes }
    [many] { $count } продуктов: { $changes }
   *[other] { $count } продукта: { $changes }
}
modules-names-included = включено { $included }, не больше { $most }
modules-no-tariffs = Ни один тарифный план не использует этот обработчик
modules-no-tariffs-text = Подключите его на странице тарифного плана.
modules-add-title = Новый обработчик услуг
modules-edit-title = Изменение обработчика услуг
modules-step-type = Тип продукта
modules-step-module = Обработчик услуг
modules-step-settings = Настройки интеграции
modules-step-parameters = Параметры обработчика
modules-type-ssl = SSL-сертификаты
modules-type-ssl-hint = С проверкой домена, организации и расширенной; wildcard и мультидоменные
modules-connector-hint = Имя в журнале { $log }
modules-new-client = Добавить нового клиента
modules-new-client-hint = У меня ещё нет учётной записи в этом центре.
modules-register-at = Сначала зарегистрируйтесь в { $name }, затем введите полученные данные здесь:
modules-advanced = Дополнительные настройки
modules-secret-kept = сохранено; оставьте пустым, чтобы не менять
modules-settings = Настройки интеграции
modules-settings-note = При изменении адреса или секрета мы ещё раз спросим ваш пароль и перед сохранением проверим соединение.
modules-ceilings = Ограничения
modules-ceilings-text = Покупка сверх ограничения ждёт второго человека. В валюте счёта в УЦ.
modules-name-hint = Видно только здесь, клиентам не показывается.
modules-department-hint = Сюда попадут задачи этого обработчика.
modules-sort-hint = Первым берётся наименьшее значение.
modules-check-and-save = Проверить соединение
modules-checking = Проверка соединения
modules-check-again = Проверить ещё раз
modules-save = Сохранить обработчик
modules-save-off = Сохранить выключенным
modules-save-off-text = Можно вернуться и исправить настройки или сохранить обработчик выключенным и разобраться позже.
modules-added = Обработчик услуг { $name } добавлен. Теперь загрузите его каталог.
modules-added-off = Обработчик услуг { $name } сохранён выключенным.
modules-saved = Обработчик услуг сохранён.
modules-switched-on = Обработчик услуг включён.
modules-switched-off = Обработчик услуг выключен.
modules-purchases-blocked = Покупки через этот обработчик остановлены.
modules-purchases-allowed = Покупки через этот обработчик разрешены.
modules-log-saved = Уровень журнала: { $level }.
modules-balance-read = Баланс прочитан.
modules-balance-unread = Не удалось прочитать баланс: { $text }
modules-broken-not-saved = Ничего не сохранено: с этими настройками соединения нет.
modules-draft-lost = Мастер был оставлен слишком надолго. Начните заново.
modules-check-failed = Соединение не работает.
modules-check-worked = Соединение работает.

# Проверка соединения
check-cannot-connect = Не удалось подключиться к обработчику услуг
check-connected = Соединение работает.
check-running = Пробуем…
check-skipped = не проверялось
check-address = Куда обращались
check-outgoing = Наш исходящий адрес
check-outgoing-unknown = неизвестен
check-step-resolve-name = Найти адрес сервера
check-step-connect = Подключиться
check-step-tls = Зашифровать (TLS)
check-step-sign-in = Войти
check-step-read-balance = Прочитать баланс
check-cause-name-not-resolved = Имя сервера не удалось разрешить.
check-cause-not-reachable = Сервер не отвечает.
check-cause-tls = Не удалось установить доверенное соединение TLS.
check-cause-credentials-refused = Имя пользователя или пароль не приняты.
check-cause-address-not-permitted = Возможно, обращения с нашего адреса не разрешены.
check-cause-not-understood = Ответ не понят: возможно, это не API.
advice-check-host-name = Поищите опечатку в имени сервера в URL.
advice-check-resolver = Проверьте DNS-резолвер этого сервера.
advice-check-reachability = Проверьте, что адрес центра доступен с этого сервера, и межсетевые экраны по пути.
advice-try-later = Посмотрите страницу состояния центра или попробуйте позже.
advice-check-clock-and-roots = Проверьте часы этого сервера и набор корневых сертификатов.
advice-check-interception = Поищите прокси или фильтр между этим сервером и центром.
advice-check-credentials = Введите имя и пароль ещё раз и проверьте их в личном кабинете центра.
advice-use-account-without-second-factor = Для API используйте учётную запись без второго фактора.
advice-permit-address = Разрешите обращения к API с нашего исходящего адреса в личном кабинете центра.
advice-check-url = Сверьте URL с документацией центра; оставьте пустым для значения по умолчанию.

# Тарифные планы
tariffs-text = Что, по какой цене и через какие обработчики предлагается клиентам.
tariffs-empty-title = Тарифных планов ещё нет
tariffs-empty-text = Создайте план из продукта загруженного каталога.
tariffs-product = Продукт
tariffs-product-hint = Из каталога обработчика услуг. Другие обработчики с тем же продуктом можно подключить позже.
tariffs-product-at-ca = Продукт в УЦ
tariffs-kind = Вид
tariffs-level = Проверка
tariffs-included = Включено имён
tariffs-most = Не больше имён
tariffs-methods = Способы проверки
tariffs-note = Заметка
tariffs-note-hint = Читают только сотрудники.
tariffs-prices = Цены
tariffs-no-price = Нет цены
tariffs-no-price-text = Клиенты видят план, когда у него есть цена в их валюте.
tariffs-no-module = Нет обработчика
tariffs-no-module-text = Для заказов нужен хотя бы один подключённый обработчик.
tariffs-period = Период
tariffs-currency = Валюта
tariffs-extra-name = Доп. имя
tariffs-extra-wildcard = Доп. имя wildcard
tariffs-valid-from = Действует с
tariffs-valid-from-hint = Пусто: с этого момента.
tariffs-to-come = предстоит
tariffs-withdraw = Отозвать
tariffs-withdraw-text = Клиентам больше не предлагается этот срок в этой валюте. Проданные услуги продолжаются.
tariffs-withdrawn = отозвана
tariffs-loss = ниже себестоимости
tariffs-set-price = Задать цену
tariffs-place = Порядок
tariffs-order-text = Заказы пробуют обработчики сверху вниз. Без своего порядка план следует сортировке обработчиков.
tariffs-connect = Подключить обработчик
tariffs-connect-submit = Подключить
tariffs-up = Выше
tariffs-down = Ниже
tariffs-disconnect = Отключить
tariffs-disconnect-text = Новые заказы плана больше не пробуют { $name }. Сделанные заказы продолжаются.
tariffs-forget-order = Снова по сортировке обработчиков
tariffs-margin-rule = Правило наценки
tariffs-margin-rule-line = Цена УЦ плюс { $percent } %, с округлением вверх до { $step }
tariffs-no-margin-rule = Правила нет; цены задаются вручную.
tariffs-margin-text = Предлагает цены исходя из цены УЦ; задают их сотрудники.
tariffs-margin-percent = Сверх цены УЦ
tariffs-margin-round = Округлять вверх до
tariffs-apply-margin = Задать цены по правилу
tariffs-apply-margin-text = Каждый срок с этого момента получает цену удостоверяющего центра с наценкой. Цены в других валютах остаются.
tariffs-history = Все цены
tariffs-no-history = Прежних цен нет.
tariffs-add = Новый тарифный план
tariffs-edit = Изменение тарифного плана
tariffs-name-hint = Это название видят клиенты.
tariffs-name-default-hint = Клиенты видят это название. Пусто: название продукта.
tariffs-sort-hint = Первым показывается наименьшее значение.
tariffs-active = Предлагать клиентам
tariffs-active-hint = Проданные услуги продолжатся в любом случае.
tariffs-no-products = Каталог ещё не загружен: сначала добавьте обработчик услуг и загрузите его каталог.
tariffs-added = Тарифный план добавлен. Теперь задайте цены.
tariffs-saved = Тарифный план сохранён.
tariffs-price-set = Цена задана.
tariffs-price-withdrawn = Цена отозвана.
tariffs-prices-set = { $count ->
    [one] По правилу задана { $count } цена.
    [few] По правилу заданы { $count } цены.
    [many] По правилу задано { $count } цен.
   *[other] По правилу задано { $count } цены.
}
tariffs-module-connected = Обработчик подключён.
tariffs-modules-changed = Обработчики плана изменены.

# Система
periodic-text = Работа, которая повторяется сама. Она не требует ввода и может выполняться в любое время.
periodic-what = Что
periodic-last = Последний запуск
periodic-result = Результат
periodic-next = Следующий запуск
periodic-backlog = Ждёт
periodic-failed = не удалось
periodic-empty = Ничего не запланировано
settings-purchases-blocked = Покупки отключены
purchases-off-by-staff = Их отключил администратор.
purchases-off-instance-mismatch = База данных не подходит к этой установке: её восстановили или скопировали. Сверка со всеми удостоверяющими центрами снова включит покупки.
purchases-off-restored = База данных восстановлена из резервной копии. Сверка со всеми удостоверяющими центрами снова включит покупки.
settings-allow-purchases = Разрешить покупки
settings-allow-purchases-text = Делайте это только тогда, когда заказы в УЦ сходятся с базой данных.
settings-purchases-allowed = Покупки снова разрешены.
settings-saved = Настройки сохранены.
zones-text = Зоны DNS, принимающие обновления (RFC 2136). Проверочные записи для имён в них публикуются и удаляются без участия человека.
zones-empty-title = Зоны не подключены
zones-empty-text = Без них клиенты публикуют проверочные записи сами.
zones-add = Подключить зону
zones-name = Зона
zones-server = Сервер имён
zones-server-hint = Адрес и порт сервера, который принимает обновления.
zones-key = Имя ключа
zones-secret = Секрет ключа
zones-secret-hint = В base64, как в настройках сервера имён.
zones-problem = Ошибка
zones-good = В порядке
zones-remove-text = Записи больше не будут публиковаться в этой зоне.
zones-added = Зона подключена.
zones-removed = Зона отключена.

# What can be wrong with modules, tariff plans and zones
problem-not-a-choice = Выберите из списка.
problem-not-a-log-level = Уровни идут от 0 до 9.
problem-not-a-tsig-key = Имя или секрет ключа неверны: секрет пишется в base64.
problem-not-an-address = Введите адрес и порт, например 192.0.2.53:53.
problem-other-kind-of-product = Этот продукт другого вида, чем тарифный план.
problem-staff-only = Участниками могут быть только сотрудники.
problem-unknown-connector = Такого обработчика нет.
problem-unknown-department = Такого отдела нет.
problem-unknown-field = Такого поля нет.
problem-unknown-product = Такого продукта нет.
problem-url = Это не адрес вида https://api.example.com.
problem-url-with-credentials = Уберите из адреса имя пользователя и пароль.
problem-url-with-query = Уберите всё, что стоит после пути.
refused-no-cost = Цена удостоверяющего центра неизвестна: подключите обработчик и импортируйте его каталог.
refused-no-margin-rule = У плана нет правила наценки.
refused-no-rate = Удостоверяющий центр считает в другой валюте, а курс неизвестен.
refused-zone-does-not-work = Ничего не сохранено: не удалось опубликовать запись в зоне и убрать её. { $reason }

# The installation
foreign-before = старше обработчика
foreign-explained = объяснён
foreign-orphan = не объяснён
nav-reconciliation = Сверка
periodic-balances = Прочитать балансы в удостоверяющих центрах
periodic-housekeeping = Удалить то, что больше не нужно
periodic-is-due = Запускается.
periodic-reconciliation = Сверить заказы со списками удостоверяющих центров
periodic-run = Запустить
reconciliation-explain = Объяснить
reconciliation-explain-text = Напишите, откуда взялся заказ. Его задача закроется, и он больше не мешает покупкам.
reconciliation-explained = Заказ объяснён.
reconciliation-foreign = Заказы в удостоверяющем центре, за которыми здесь ничего не стоит
reconciliation-line = в списке: { $listed }, не объяснено: { $orphans }, нет в удостоверяющем центре: { $missing }
reconciliation-missing = Заказы, которых удостоверяющий центр не знает:
reconciliation-nothing-foreign = Каждый заказ в удостоверяющем центре относится к услуге
reconciliation-run = Сверить сейчас
reconciliation-say-why = Ничего не изменено: напишите, откуда взялся заказ.
reconciliation-seen = Впервые замечен
reconciliation-text = Сверяет здешние заказы с тем, что показывает каждый удостоверяющий центр. Необъяснимое становится задачей. Восстановленная база снова может покупать, когда объяснён каждый заказ.
reconciliation-verdict = Что это
setting-help-large-credit = Зачисление больше этой суммы в валюте аккаунта требует второго человека.
setting-help-most-attempts = После стольких неудачных попыток операция ждёт человека.
setting-help-raw-answer-days = Исходные ответы со скрытыми секретами.
setting-help-registration-open = Иначе аккаунты заводят сотрудники.
setting-help-retry-minutes = Между двумя попытками операции.
setting-large-credit = Крупные зачисления
setting-most-attempts = Попыток не больше
setting-raw-answer-days = Сколько дней хранить ответы удостоверяющих центров
setting-registration-open = Клиенты могут регистрироваться сами
setting-retry-minutes = Минут между попытками
settings-instance = Установка
settings-logs = Уровни журналов
settings-purchases = Покупки
settings-purchases-on = Покупки включены
settings-purchases-stopped = Все покупки остановлены.
settings-stop-purchases = Остановить все покупки
settings-stop-purchases-text = Пока покупки снова не разрешены, ни в одном удостоверяющем центре ничего не покупается. Сделанные заказы продолжаются.
zones-account-hint = Только для услуг этого аккаунта. Пусто: для всех.
zones-every-name = Любое имя
zones-key-hint = Как он назван в настройках сервера имён; HMAC-SHA-256.
zones-tried = Перед подключением в зоне публикуется пробная запись и сразу убирается.

mails-text = Все письма клиентам и сотрудникам, последние 200. От чего почтовый сервер отказался на время, отправляется снова в течение примерно трёх дней.
mails-when = Написано
mails-what = О чём
mails-to = Кому
mails-state = Состояние
mails-empty = Писем ещё не было
mails-waiting = ждёт
mails-sent = отправлено
mails-given-up = не доставлено
mails-again = Отправить недоставленные снова
mails-are-due = Они отправляются снова.
mails-no-server = Почтовый сервер не настроен: письма ждут здесь. Укажите mail.host в настройках программы.
mails-failed = { $count ->
    [one] Не доставлено { $count } письмо.
    [few] Не доставлено { $count } письма.
    [many] Не доставлено { $count } писем.
   *[other] Не доставлено { $count } письма.
}
mail-kind-order-placed = Заказ принят
mail-kind-validation-needed = Нужно подтверждение
mail-kind-issued = Сертификат выпущен
mail-kind-order-failed = Заказ не выполнен
mail-kind-confirm-address = Подтверждение адреса
mail-kind-password-reset = Новый пароль
mail-kind-module-balance-low = Низкий баланс в удостоверяющем центре
mail-kind-task-opened = Новая задача

# Правила с датами
rules-text = Чего должны придерживаться удостоверяющие центры и клиенты — по дню выпуска сертификата.
rules-changes = Что изменится дальше
rules-no-changes = Известных изменений нет
rules-file = Действующий файл
rules-origin = Откуда
rules-built-in = встроен в программу
rules-edition = Сверено с источниками
rules-lead = Когда начинается перевыпуск
rules-lead-text = За { $days } дн. до даты окончания, но не раньше последней 1/{ $part } срока сертификата.
rules-lead-least = Остаток короче { $count ->
    [one] { $count } дня
    [few] { $count } дней
    [many] { $count } дней
   *[other] { $count } дня
} не перевыпускается.
rules-lead-organisation = Организации спрашивают за { $count ->
    [one] { $count } день
    [few] { $count } дня
    [many] { $count } дней
   *[other] { $count } дня
} до устаревания их данных.
rules-assumed = предположение
rules-now = сейчас
rules-from = С
rules-what = Что
rules-source = Источник
rules-days = Дней
rules-validity = Наибольший срок действия
rules-reuse = Сколько дней годится проверка
rules-reuse-domain = Домен
rules-reuse-organisation = Организация (OV)
rules-reuse-extended = Организация (EV)
rules-methods = Способы подтверждения домена
rules-number = BR
rules-method = Способ
rules-ends = Прекращается
rules-proves = Подтверждает
rules-covers-exact = только само имя
rules-covers-below = также имена ниже и wildcard
rules-allowed = разрешён
rules-discouraged = не рекомендуется
rules-forbidden = запрещён
rules-cas = Что делает каждый удостоверяющий центр
rules-of = Для чего
rules-every-ca = Все удостоверяющие центры
rules-change-validity = Сертификат действует не более { $count } дн.
rules-change-reuse-domain = Подтверждение домена годится { $count } дн.
rules-change-reuse-organisation = Данные организаций (OV) годятся { $count } дн.
rules-change-reuse-extended = Данные организаций (EV) годятся { $count } дн.
rules-change-discouraged = «{ $method }» больше не рекомендуется.
rules-change-forbidden = «{ $method }» больше нельзя использовать, как и полученные так подтверждения.
rules-requirement-caa-parameters = Удостоверяющие центры обязаны учитывать учётные записи и способы в записях CAA.
rules-requirement-client-auth = Серверные сертификаты больше не годятся для входа в качестве клиента.
rules-requirement-five-perspectives = Удостоверяющие центры смотрят на имена и файлы из пяти мест мира.
rules-ca-below-cap = { $count ->
    [one] выпускает на { $count } день короче наибольшего срока
    [few] выпускает на { $count } дня короче наибольшего срока
    [many] выпускает на { $count } дней короче наибольшего срока
   *[other] выпускает на { $count } дня короче наибольшего срока
}
rules-ca-most = выпускает не более чем на { $count } дн.
rules-ca-anniversary = обрезает по годовщине, пока сертификаты могут быть длиннее { $count } дн.
rules-ca-no-reuse = никогда не использует подтверждение домена повторно
rules-ca-domain-reuse = использует подтверждение домена { $count } дн.
rules-ca-organisation-reuse = использует данные организаций { $count } дн.
rules-remaining-cut = сертификат кончается вместе с оплаченным сроком
rules-remaining-full = каждый сертификат выпускается на полный срок
rules-remaining-add-unused = неиспользованные дни добавляются
rules-unit-days-365 = год считается как 365 дней
rules-unit-months = сроки считаются в месяцах
rules-unit-years = сроки считаются в годах
