# Задачи, отделы и операции: приоритеты, сроки, история, почему что-то ждёт.

# Приоритеты
task-priority-low = Низкий
task-priority-normal = Обычный
task-priority-high = Высокий
task-priority-urgent = Срочный

# Что написано в задаче, на языке её отдела
task-title = { $kind }: { $subject }
task-kind-service-ending = Сертификат скоро истекает
task-todo-operation-manual = Операция не может продолжиться сама. Запустите её снова, когда причина устранена, или завершите вручную.
task-todo-purchase-unclear = Неизвестно, принят ли заказ центром сертификации. Проверьте в личном кабинете центра и примите решение на странице операции; до этого ничего не покупается.
task-todo-balance-low = Баланс в центре сертификации ниже минимального. Пополните счёт в центре.
task-todo-module-broken = Центр сертификации сейчас недоступен. Ничего не потеряно: операции ждут, а задача закроется сама, когда центр снова ответит.
task-todo-credit-approval = Крупное зачисление ждёт второго человека. Примите решение на странице зачислений.
task-todo-purchase-approval = Покупка превышает предел. Второй человек разрешает её или отказывается от неё на странице операции.
task-todo-reissue-by-hand = Сертификат нужно перевыпустить в центре сертификации вручную. Затем загрузите новый сертификат на странице услуги — задача закроется.
task-todo-service-ending = Сертификат истекает через несколько дней, а операция не может продолжиться: центр сертификации недоступен. Проверьте операцию; возможно, выпускать придётся в другом центре.
task-todo-orphan-at-ca = В центре сертификации есть заказ, которому здесь ничего не соответствует. Выясните, чей он, и отмените его или примите.
task-todo-plain = См. ниже.

# Список
tasks-column-priority = Приоритет
tasks-column-due = Срок
tasks-column-service-state = Состояние услуги
tasks-column-operation = Операция
tasks-due-never = без срока
tasks-overdue = просрочена
tasks-filter-overdue = Только просроченные
tasks-filter-due = Срок
tasks-filter-free = Ничьи
tasks-search = Номер, название
tasks-count = { $count ->
    [one] { $count } задача
    [few] { $count } задачи
    [many] { $count } задач
   *[other] { $count } задачи
}
tasks-of-no-department = Вы не входите ни в один отдел
tasks-of-no-department-text = Задачи поступают в отделы. В отдел вас добавляет администратор.
tasks-nothing-title = Ничего не найдено
tasks-nothing-text = Измените поиск или фильтры.
tasks-counts = { $open ->
    [one] { $open } открытая задача
    [few] { $open } открытые задачи
    [many] { $open } открытых задач
   *[other] { $open } открытой задачи
}, просрочено: { $overdue }, ваших: { $mine }
tasks-bulk = С выбранными задачами
tasks-bulk-choose = Выбрать задачу { $number }
tasks-bulk-do = Выполнить
tasks-bulk-take = Взять себе
tasks-bulk-free = Вернуть
tasks-bulk-done = Выполнены
tasks-bulk-cancel = Отпали
tasks-bulk-priority = Приоритет: { $priority }
tasks-bulk-department = В отдел «{ $department }»
tasks-bulk-nothing = Ни одна задача не выбрана.
tasks-bulk-changed = Изменено: { $changed }; без изменений: { $refused }.

# Одна задача
tasks-when = Когда
tasks-priority-set = Приоритет изменён.
tasks-set = Изменить
tasks-due-hint = Пусто — без срока.
tasks-due-set = Срок изменён.
tasks-reopen = Открыть снова
tasks-reopened = Задача снова открыта.
tasks-history = История
tasks-no-history = Изменений ещё не было.
tasks-history-opened = создание задачи
tasks-history-given = исполнитель: { $who }
tasks-history-freed = исполнитель снят
tasks-history-handed-over = передача в отдел «{ $department }»
tasks-history-priority = приоритет изменён с «{ $from }» на «{ $to }»
tasks-history-due = назначен срок: { $to }
tasks-history-due-none = срок снят
tasks-history-overdue = отделу сообщено о просрочке
tasks-history-closed = закрытие: { $state }
tasks-history-reopened = задача открыта снова
tasks-act-as-client = Действовать за клиента
tasks-restart-operation = Запустить операцию снова
tasks-service = Услуга
tasks-service-hint = Её номер, если задача об услуге.
refused-task-open = Задача открыта.
refused-task-open-again = По той же причине уже есть более новая задача.
problem-unknown-service = Такой услуги нет.
problem-hours-form = Часы пишутся так: 09:00-18:00.
problem-hours-order = Конец раньше начала.

# Отделы
departments-language = Язык задач
departments-language-hint = На нём пишутся названия задач и письма отделу.
departments-hours = Рабочие часы
departments-hours-hint = Сроки задач считаются по этим часам, в часовом поясе { $zone }; срочные задачи — круглосуточно. Пустые дни — выходные; если часы не указаны, считается каждый час.
departments-hours-always = круглосуточно
weekday-1 = Понедельник
weekday-2 = Вторник
weekday-3 = Среда
weekday-4 = Четверг
weekday-5 = Пятница
weekday-6 = Суббота
weekday-7 = Воскресенье

# Операции: почему ждёт
operations-why = Почему она ждёт?
waiting-running = Она выполняется сейчас.
waiting-due = Её срок наступил; она запустится, как только освободится исполнитель.
waiting-module-busy = Её срок наступил; у модуля { $module } уже выполняется столько операций, сколько разрешено ({ $most }).
waiting-retry = Последняя попытка не удалась ({ $class }); попытка { $attempt } из { $most } — { $when }.
waiting-ca-away = { $class } Следующая попытка { $when }, попытки при этом не расходуются.
waiting-module-rests = Модуль { $module } приостановлен до { $at }: его центр сертификации не отвечал; затем его пробует одна операция за раз.
waiting-proof-client = Клиент должен подтвердить владение: { $names }.
waiting-proof-us = certbroker публикует записи для { $names } и ждёт, пока их покажет каждый сервер имён.
waiting-proof-ca = Для { $names } всё опубликовано; центр сертификации ещё не проверил. Следующий запрос { $when }.
waiting-at-ca = Заказ обрабатывает центр сертификации; следующий запрос { $when }.
waiting-purchases-off = Покупки выключены; следующая попытка { $when }.
waiting-no-module = Сейчас ни один модуль обработки не может принять заказ; следующая попытка { $when }.
waiting-outcome = Неизвестно, принят ли заказ центром сертификации; следующий запрос { $when }.
waiting-approval = Покупку должен разрешить второй человек.
waiting-decision = Человек должен выяснить, принят ли заказ центром сертификации.
waiting-manual-mode = Автоматическая работа выключена; операцию должен запустить человек.
waiting-person = Нужен человек: { $reason }
waiting-scheduled = Её срок наступит { $at }.
waiting-later = { $reason } Следующая попытка { $when }.
waiting-task = См. задачу { $task }.
error-class-manual-mode = Автоматическая работа выключена.
error-class-module-rests = Модуль приостановлен: его центр сертификации не отвечал.

# Операции: изменение
operations-edit = Изменить данные
operations-edit-text = Данные для центра сертификации можно менять, пока у него нет заказа. Затем операция начнётся снова с новыми данными.
operations-edit-submit = Сохранить и запустить снова
operations-edited = Данные изменены; операция запущена снова.
operations-edit-names = Как подтверждается каждое имя
operations-edit-csr = Новый запрос на сертификат (PEM)
operations-edit-csr-hint = Пусто — запрос остаётся. Новый запрос — для ключа, который хранит клиент.
operations-edit-approver = Адрес для подтверждения по почте
operations-column-task = Задача
refused-at-the-ca = Заказ уже в центре сертификации или может быть там; его данные больше не изменить.
refused-not-editable = Изменить можно только заказ, который открывается.

# Работа по расписанию
periodic-schedule = Когда
periodic-every-minutes = { $count ->
    [one] каждую { $count } минуту
    [few] каждые { $count } минуты
    [many] каждые { $count } минут
   *[other] каждые { $count } минуты
}
periodic-every-hours = { $count ->
    [one] каждый { $count } час
    [few] каждые { $count } часа
    [many] каждые { $count } часов
   *[other] каждые { $count } часа
}
periodic-daily = ежедневно в { $times }
periodic-took = Длилась
periodic-running = выполняется
periodic-never = ещё не запускалась
periodic-connections = Проверить, снова ли отвечают недоступные центры
periodic-reissues = Перевыпустить сертификаты, которым пора
periodic-renewals = Продлить и закрыть оплаченные сроки
periodic-deadlines = Сообщить о просроченных задачах и о сертификатах, истекающих при недоступном центре
periodic-operations = Операции
periodic-operations-due = Ждут свободного исполнителя
periodic-operations-running = Выполняются
periodic-operations-retrying = Ждут после ошибки
periodic-operations-manual = У человека

# Модули: пределы и ручной режим
modules-limits = Пределы
modules-limits-text = Чтобы один медленный центр не занял всех исполнителей и не вызывался слишком часто. Пусто — как настроена установка.
modules-calls-per-second = Вызовов в секунду
modules-calls-at-once = Одновременных вызовов
modules-calls-at-once-hint = Столько же операций этого модуля выполняется одновременно.
modules-limit-usual = как настроено
modules-automatic = Автоматическая работа
modules-automatic-on = Операции выполняются сами.
modules-automatic-off = Ручной режим: каждая операция ждёт, пока её запустит человек.
modules-automatic-switch-off = Перейти в ручной режим
modules-automatic-switch-off-text = Каждая операция через этот модуль будет ждать в виде задачи, пока её не запустит человек. Что выполняется сейчас, завершится.
modules-automatic-switch-on = Снова работать автоматически
modules-automatic-is-on = Операции снова выполняются сами.
modules-automatic-is-off = Теперь операции ждут человека.
modules-manual-mode = ручной режим
setting-automatic-work = Операции выполняются сами
setting-help-automatic-work = Если выключено, каждая операция ждёт в виде задачи, пока её не запустит человек.
operations-edit-first-name = Имя
operations-edit-last-name = Фамилия
operations-edit-region = Регион
operations-edit-city = Город
operations-edit-street = Улица
operations-edit-postal-code = Индекс
dashboard-overdue = просрочено: { $count }

# Что сообщается тому, кто перевыпускает сертификат в кабинете УЦ
task-reissue-module = Обработчик: { $module }
task-reissue-order = Заказ в УЦ: { $order }
task-reissue-names = Имена и способ их подтверждения:
task-reissue-end-date = Нынешний сертификат действует до: { $date }
task-reissue-paid-till = Оплачено до: { $date }
task-reissue-contact = Контакт: { $contact }
task-reissue-what-to-do = Что сделать: войдите в личный кабинет УЦ, откройте заказ, выберите перевыпуск с запросом ниже и этими именами, дождитесь подтверждения имён, скачайте сертификат и завершите им операцию здесь. Платить ничего не нужно.
