# Слова, общие для всех разделов.

language = Язык

# Действия
action-add = Добавить
action-back = Назад
action-cancel = Отмена
action-change = Изменить
action-check-now = Проверить сейчас
action-clear = Сбросить
action-continue = Далее
action-copied = Скопировано
action-copy = Копировать
action-delete = Удалить
action-download = Скачать
action-edit = Изменить
action-filter = Показать
action-first-page = Первая страница
action-home = На главную
action-next-page = Следующая страница
action-refresh = Обновить
action-export = Выгрузить в CSV
action-save = Сохранить
action-search = Найти
action-show = Открыть
action-sign-out = Выйти
action-switch-off = Выключить
action-switch-on = Включить

# Подписи для тех, кто слушает страницу
label-breadcrumbs = Вы здесь
label-language = Язык
label-navigation = Основная навигация
label-optional = необязательно
label-pages = Страницы
label-search-services = Найти услугу: номер, имя, клиент
label-skip = Перейти к содержанию
label-steps = Шаги

# Столбцы, общие для многих таблиц
column-account = Аккаунт
column-actions = Действия
column-amount = Сумма
column-balance = Баланс
column-created = Создано
column-day = День
column-department = Отдел
column-detail = Подробности
column-email = E-mail
column-currency = Валюта
column-end-date = Дата окончания
column-kind = Вид
column-module = Обработчик услуг
column-name = Название
column-names = Имена
column-number = Номер
column-paid-till = Оплачено до
column-price = Цена
column-role = Роль
column-service = Услуга
column-sort = Сортировка
column-state = Состояние
column-tariff = Тарифный план
column-when = Когда
column-who = Кто

chart-as-table = Те же числа в таблице
filter-all = Все
form-rejected = Ничего не сохранено: исправьте отмеченные поля.
state-on = Включено
state-off = Выключено
answer-yes = Да
answer-no = Нет

# Навигация
nav-menu = Меню
nav-work = Работа
nav-products = Продукты
nav-clients = Клиенты
nav-integration = Интеграция
nav-system = Система
nav-dashboard = Обзор
nav-services = Услуги
nav-operations = Операции
nav-tasks = Задачи
nav-tariffs = Тарифные планы
nav-rates = Налоги и курсы валют
nav-accounts = Аккаунты
nav-users = Пользователи
nav-credits = Зачисления
nav-modules = Обработчики услуг
nav-zones = Зоны DNS
nav-departments = Отделы
nav-periodic = Работы по расписанию
nav-rules = Правила с датами
nav-clock = Машина времени
nav-mails = Письма
nav-audit = Журнал аудита
nav-settings = Настройки
nav-order = Заказать
nav-money = Деньги
nav-profile = Профиль

# Состояния услуг
service-state-opening = Открывается
service-state-waiting-for-validation = Ждёт проверки домена
service-state-waiting-for-issue = Ждёт выпуска
service-state-active = Активна
service-state-suspended = Приостановлена
service-state-failed = Не выпущена
service-state-closed = Закрыта

# Операции
operation-kind-open = Открытие
operation-kind-reissue = Перевыпуск
operation-kind-prolong = Продление
operation-kind-close = Закрытие
operation-state-waiting = Выполняется
operation-state-manual = Нужен человек
operation-state-done = Выполнена
operation-state-failed = Не удалась
operation-state-superseded = Заменена другой

# Задачи
task-state-open = Открыта
task-state-in-progress = В работе
task-state-done = Выполнена
task-state-cancelled = Отпала
task-kind-operation-manual = Операция вручную
task-kind-purchase-unclear = Неясная покупка
task-kind-balance-low = Низкий баланс
task-kind-module-broken = Нет соединения
task-kind-credit-approval = Подтвердить зачисление
task-kind-purchase-approval = Подтвердить покупку
task-kind-reissue-by-hand = Перевыпуск вручную
task-kind-orphan-at-ca = Неизвестный заказ в УЦ
task-kind-plain = Обычная задача

# Продукты
validation-level-dv = Домен (DV)
validation-level-ov = Организация (OV)
validation-level-ev = Расширенная проверка (EV)
product-kind-single = Одно имя
product-kind-wildcard = Wildcard
product-kind-multi-domain = Мультидоменный
validation-method-dns = Запись DNS
validation-method-http = Файл по HTTP
validation-method-https = Файл по HTTPS
validation-method-email = Письмо
key-custody-client = Только у клиента
key-custody-not-stored = Создан здесь, не хранится
key-custody-stored = Хранится здесь в зашифрованном виде
issue-reason-open = Первый выпуск
issue-reason-reissue = Перевыпуск
issue-reason-prolong = Продление
issue-reason-by-ca = Выпущен УЦ по своей инициативе

# Почему обработчик услуг пропущен
passed-over-switched-off = Выключен
passed-over-connection-broken = Нет соединения
passed-over-balance-too-low = Баланс слишком мал
passed-over-purchases-blocked = Покупки заблокированы
passed-over-product-missing = Не продаёт этот продукт
passed-over-not-needed = Подошёл другой раньше

# Роли
role-administrator = Администратор
role-staff = Сотрудник
role-owner = Владелец
role-member = Участник
role-accountant = Бухгалтер

# Ошибки как страницы
error-title = Не получилось
error-reference = Номер обращения:
error-bad-request = Запрос не понят.
error-forbidden = У вас нет прав на это действие.
error-sign-in-required = Пожалуйста, войдите.
error-too-many-tries = Слишком много попыток. Подождите немного и попробуйте снова.
error-confirmation-required = Сначала подтвердите пароль.
error-invalid = Некоторые поля заполнены неверно.
error-refused = Это невозможно.
error-ca = Удостоверяющий центр не сделал того, о чём его попросили.
error-store = База данных ответила не так, как должна. Номер обращения поможет найти причину.
error-not-found = Такой страницы нет, или она не ваша.
error-conflict = Пока вы работали, кто-то это изменил. Посмотрите ещё раз и повторите действие.
error-too-large = Это больше, чем здесь принимается.
error-busy = Сервер занят. Попробуйте ещё раз.
error-internal = У нас что-то сломалось. Номер обращения поможет найти причину.
error-cross-site = Запрос пришёл с другого сайта и отклонён.

# Что может быть не так с полем
problem-required = Заполните это поле.
problem-too-long = Слишком длинно.
problem-email = Это не адрес электронной почты.
problem-number = Введите целое число.
problem-choice = Выберите одно из списка.
problem-money = Введите сумму, например 12,50.

# План услуги
plan-title = До конца оплаченного срока
plan-drawing = Сертификаты этой услуги с первого до последнего дня
plan-nothing = Действующий сертификат — последний в оплаченном сроке.
plan-summary = До { $date } будет { $count ->
    [one] ещё { $count } сертификат
    [few] ещё { $count } сертификата
    [many] ещё { $count } сертификатов
   *[other] ещё { $count } сертификата
}; подтверждать домены { $validations ->
    [0] больше не потребуется
    [one] потребуется { $validations } раз
    [few] потребуется { $validations } раза
    [many] потребуется { $validations } раз
   *[other] потребуется { $validations } раза
}.
plan-method-ends = С { $date } способ «{ $method }» больше не принимается: до этого выберите другой способ подтверждения.
plan-piece = Сертификат до { $date } ({ $count ->
    [one] { $count } день
    [few] { $count } дня
    [many] { $count } дней
   *[other] { $count } дня
})
plan-starts = начало { $date }
plan-by-itself = Выполняется автоматически
plan-until = Сертификат до { $date }
plan-since = с { $date }
plan-in-use = Действующий
plan-replaced = Заменён
plan-former = { $count ->
    [one] Ещё { $count } до него
    [few] Ещё { $count } до него
    [many] Ещё { $count } до него
   *[other] Ещё { $count } до него
}
plan-later = { $count ->
    [one] Ещё { $count } после них
    [few] Ещё { $count } после них
    [many] Ещё { $count } после них
   *[other] Ещё { $count } после них
}
plan-whom-you = вы
plan-whom-client = клиент
plan-whom-department = сотрудник
plan-need-prove-names = Подтвердить { $names }: { $method }.
plan-need-choose-method = Выбрать другой способ для { $names }: «{ $method }» не принимается с { $date }.
plan-need-reissue-by-hand = Перевыпускается вручную в удостоверяющем центре.
plan-need-verify-organisation = Организация проверяется снова; удостоверяющий центр спросит данные с { $date }.
plan-revokes-never = С новым сертификатом прежние остаются действительными.
plan-revokes-on-name-removal = Если убрать имя, прежние сертификаты отзываются.
plan-revokes-always = Новый сертификат отзывает прежние через { $count ->
    [one] { $count } час
    [few] { $count } часа
    [many] { $count } часов
   *[other] { $count } часа
}.
plan-set-method = Другой способ подтверждения
plan-set-method-text = Как подтверждать домены при выпуске следующих сертификатов. Уже подтверждённое остаётся подтверждённым.
plan-method-set = Следующие сертификаты будут подтверждаться этим способом.

# Услуги, чей способ подтверждения прекращается
methods-title = Прекращающиеся способы
methods-text = Домены этих сертификатов подтверждаются способом, который перестанут принимать до конца оплаченного срока.
methods-none = Ничто не зависит от прекращающихся способов
methods-none-text = Все действующие услуги можно перевыпускать до конца оплаченного срока.
methods-method = Способ
methods-until = до { $date }
methods-first = Первый перевыпуск
methods-covered = нет
methods-warning = { $count ->
    [one] { $count } услуга зависит от прекращающегося способа подтверждения.
    [few] { $count } услуги зависят от прекращающегося способа подтверждения.
    [many] { $count } услуг зависят от прекращающегося способа подтверждения.
   *[other] { $count } услуги зависят от прекращающегося способа подтверждения.
}
methods-warning-many = Более { $count } услуг зависят от прекращающегося способа подтверждения.
methods-show = Показать
