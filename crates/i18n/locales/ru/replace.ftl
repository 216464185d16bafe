# Срочная замена: много сертификатов перевыпускается за несколько часов.

nav-replacements = Срочная замена
replace-title = Заменить сертификаты
replace-text = Перевыпускает много сертификатов за несколько часов: при массовом отзыве или если ключи могли стать известны. Сначала вы увидите, что произойдёт; ничего не начнётся, пока вы не подтвердите.
replace-list-text = Запуски, которые заменяют сразу много сертификатов.
replace-none-title = Замен ещё не было
replace-none-text = Если центр сертификации должен отозвать сертификаты за 24 часа, они заменяются здесь.
replace-which = Какие сертификаты
replace-by = Как они выбираются?
replace-by-filter = По фильтру
replace-by-filter-hint = Все услуги, которые оставляют фильтры, как в списке услуг.
replace-by-list = По списку
replace-by-list-hint = Серийные номера, имена или номера услуг, которые вы вставите.
replace-one-account = Выбираются услуги только одного клиента.
replace-listed = Список
replace-listed-hint = По одному сертификату в строке, можно строки таблицы: номер услуги (S-1042), серийный номер в шестнадцатеричном виде или имя. Очень длинные списки: certbroker replacement start --file.
replace-how = Как
replace-hours = Часов на замену всех
replace-hours-hint = 24 при отзыве, который не терпит отлагательства; 120, если правила дают пять дней (BR 4.9.1.1).
replace-why = Причина
replace-why-hint = Для журнала действий и всех, кто над этим работает.
replace-preview = Показать, что произойдёт
replace-preview-title = Что произойдёт
replace-nothing = Из выбранного ничего нельзя заменить.
replace-will = { $count ->
    [one] Будет заменён { $count } сертификат
    [few] Будут заменены { $count } сертификата
    [many] Будут заменены { $count } сертификатов
   *[other] Будут заменены { $count } сертификата
}
replace-will-text = Если ключ хранится здесь, создаётся новый; иначе повторно используется запрос клиента. Ничего не покупается, а прежние сертификаты действуют, пока центр сертификации их не отзовёт. Клиентам сообщается, когда от них что-то требуется и когда есть что установить.
replace-start = { $count ->
    [one] Заменить { $count } сертификат
    [few] Заменить { $count } сертификата
    [many] Заменить { $count } сертификатов
   *[other] Заменить { $count } сертификата
}
replace-modules = По модулям обработки
replace-certificates = Сертификаты
replace-unattended = Без участия людей
replace-limits = Ограничения
replace-per-second = { $count ->
    [one] { $count } вызов в секунду
    [few] { $count } вызова в секунду
    [many] { $count } вызовов в секунду
   *[other] { $count } вызова в секунду
}
replace-no-limit = вызовы без ограничений
replace-at-once = { $count } одновременно
replace-takes = Займёт около
replace-seconds = { $count ->
    [one] { $count } секунды
    [few] { $count } секунд
    [many] { $count } секунд
   *[other] { $count } секунды
}
replace-minutes = { $count ->
    [one] { $count } минуты
    [few] { $count } минут
    [many] { $count } минут
   *[other] { $count } минуты
}
replace-hours-count = { $count ->
    [one] { $count } часа
    [few] { $count } часов
    [many] { $count } часов
   *[other] { $count } часа
}
replace-too-late = Дольше, чем позволяет срок: повысьте ограничения модуля, если центр сертификации это допускает, и предупредите клиентов.
replace-attended = Кто-то должен что-то сделать
replace-attended-text = С них начинается замена, чтобы люди узнали раньше. Они ждут, пока это не будет сделано.
replace-skipped = Не заменяются
replace-unknown = { $count ->
    [one] { $count } строка не соответствует ни одному действующему сертификату:
    [few] { $count } строки не соответствуют ни одному действующему сертификату:
    [many] { $count } строк не соответствуют ни одному действующему сертификату:
   *[other] { $count } строки не соответствуют ни одному действующему сертификату:
}
replace-order = Первые в очереди
replace-needs = Нужны
replace-needs-nobody = Никто
replace-needs-client = Клиент
replace-needs-person = Сотрудник
replace-why-by-hand = центр сертификации перевыпускает такие сертификаты только вручную; для каждого создаётся задача
replace-why-manual-mode = автоматическая работа выключена
replace-why-request = клиент должен передать запрос на сертификат
replace-why-record = клиент публикует запись DNS, потому что зона не подключена
replace-why-file = клиент публикует файл
replace-why-mail = клиент отвечает на письмо
replace-not-suspended = Услуга приостановлена.
replace-not-not-issued = Сертификата ещё нет.
replace-not-over = Услуга завершена.
replace-not-term-over = Оплаченный срок истёк.
replace-not-no-module = Модуль обработки неизвестен.
replace-not-other-run = Её заменяет другой незавершённый запуск.
replace-not-closing = Услуга закрывается.
replace-deadline = Крайний срок
replace-begun = Начато
replace-ended = Завершено
replace-started-by = Кто начал
replace-replaced = Заменено
replace-open = Осталось
replace-state-running = Идёт
replace-state-paused = Приостановлен
replace-state-cancelled = Остаток отменён
replace-state-done = Завершён
replaced-state-queued = Не начато
replaced-state-begun = В работе
replaced-state-replaced = Заменён
replaced-state-failed = Не удалось
replaced-state-left = Оставлен
replaced-state-skipped = Не заменяется
replace-facts = Этот запуск
replace-expected = При таком темпе до
replace-progress = Доля заменённых
replace-waits = Начатые ждут
replace-waits-us = certbroker
replace-waits-clients = Клиентов
replace-waits-ca = Центр сертификации
replace-waits-staff = Сотрудников, по задачам
replace-waits-away = Недоступный центр сертификации
replace-held-no-module = модуля больше нет
replace-held-rests = ждёт, пока центр сертификации станет доступен
replace-held-manual-mode = ждёт: автоматическая работа выключена
replace-pause = Приостановить
replace-resume = Продолжить
replace-cancel = Отменить остальное
replace-cancel-text = { $count ->
    [one] { $count } неначатый сертификат останется как есть. Начатое продолжится.
    [few] { $count } неначатых сертификата останутся как есть. Начатое продолжится.
    [many] { $count } неначатых сертификатов останутся как есть. Начатое продолжится.
   *[other] { $count } неначатых сертификата останутся как есть. Начатое продолжится.
}
replace-report = Отчёт в CSV
replace-place = Место
replace-old-serial = Прежний серийный номер
replace-new-serial = Новый серийный номер
replace-what-now = Что происходит
replace-started = Запуск { $number } начат.
replace-paused = Новые замены не начинаются, пока вы не продолжите.
replace-resumed = Замена продолжается.
replace-cancelled = Неначатое остаётся как есть.
replace-these = Срочно заменить…
replace-these-hint = Отмеченные услуги; без отметок — все, что оставляют фильтры.
services-tick = Выбрать
services-tick-one = Выбрать { $number }

# Отказы
refused-nothing-selected = Не выбрано ничего, что можно заменить.
refused-too-many = Один запуск заменяет не более 200 000 сертификатов. Сузьте выбор.
refused-search-too-wide = Поиск находит больше услуг, чем может просмотреть. Уточните его или выберите другой фильтр.
refused-selection-changed = Выбор изменился с тех пор, как был показан. Посмотрите ещё раз.
refused-not-running = Запуск сейчас не идёт.
refused-not-paused = Запуск не приостановлен.
