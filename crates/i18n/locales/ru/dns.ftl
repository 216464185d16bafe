# Что показала наша собственная проверка домена и что сделать дальше.

# Проверочная запись
dns-cname-right = Все серверы имён показывают запись.
dns-cname-not-everywhere = Запись показывают не все серверы имён: { $agreeing } из { $asked }. Без неё: { $servers }.
dns-cname-other-target = Запись указывает на { $target }.
dns-cname-target-has-zone-appended = Запись указывает на { $target }: к цели дописан домен.
dns-cname-name-has-zone-appended = Запись находится по имени { $name }: домен дописан дважды.
dns-cname-missing = Такой записи ещё нет.
dns-cname-servers-fail = Ни один сервер имён домена не отвечает: { $error }.
dns-cname-dnssec-fails = Запись есть, но подписи DNSSEC домена неверны, поэтому ни один центр сертификации её не примет.
dns-cname-no-zone = У домена нет серверов имён.
dns-cname-cannot-look = Не удалось проверить запись: { $error }.

# CAA
dns-caa-unrestricted = Записи CAA не ограничивают выпуск сертификатов.
dns-caa-allowed = Запись CAA для { $name } разрешает этот центр сертификации: { $record }
dns-caa-allowed-with-conditions = Запись CAA для { $name } разрешает этот центр сертификации с условиями: { $record }
dns-caa-blocked-other-issuers = Записи CAA для { $name } разрешают только другие центры сертификации: { $record }
dns-caa-blocked-nobody = Записи CAA для { $name } не разрешают выпуск никому: { $record }
dns-caa-blocked-unknown-critical = Критическая запись CAA для { $name } неизвестна центрам сертификации: { $record }
dns-caa-blocks-method = Запись CAA для { $name } перечисляет способы без выбранного, поэтому выпуск невозможен: { $record }
dns-caa-will-block-method = Запись CAA для { $name } перечисляет способы без выбранного; с { $date } удостоверяющие центры обязаны это учитывать: { $record }
dns-caa-dnssec-fails = Подписи DNSSEC для { $name } неверны, поэтому выпуск запрещён.
dns-caa-servers-fail = Ни один сервер имён не сообщает записи CAA для { $name }: { $error }.
dns-caa-cannot-look = Не удалось проверить записи CAA для { $name }: { $error }.

# Проверочный файл
dns-file-right = Файл виден на всех адресах узла.
dns-file-not-everywhere = Файл виден не на всех адресах узла: { $agreeing } из { $asked }. Без него: { $addresses }.
dns-file-other-content = Страница отвечает с кодом { $status } и другим содержимым: { $excerpt }
dns-file-status = Веб-сервер отвечает с кодом { $status }: { $excerpt }
dns-file-no-address = У узла нет адреса.
dns-file-not-public = У узла адрес { $address }, недоступный из интернета.
dns-file-unreachable = Веб-сервер недоступен: { $error }.
dns-file-bad-redirect = Страница перенаправляет туда, куда центры сертификации не переходят: { $error }.
dns-file-dnssec-fails = Файл есть, но подписи DNSSEC узла неверны, поэтому ни один центр сертификации к нему не обратится.
dns-file-servers-fail = Ни один сервер имён не сообщает адрес узла: { $error }.
dns-file-cannot-look = Не удалось найти адрес узла: { $error }.

# Что сервер показал сейчас
dns-seen-record = запись такая, как нужно
dns-seen-other-target = CNAME указывает на { $target }
dns-seen-no-cname = имя есть, но без CNAME
dns-seen-no-name = такого имени нет
dns-seen-file = файл с нужным содержимым
dns-seen-other-content = другое содержимое: { $excerpt }
dns-seen-status = код HTTP { $status }

# Почему смотреть не на что
no-record = Центр сертификации ещё не сообщил, какую запись он хочет увидеть.
no-file = Центр сертификации ещё не сообщил, какой файл он хочет увидеть.
by-mail = Нужно ответить на письмо со ссылкой.

# Почему сервер имён не ответил
dns-server-timed-out = нет ответа за отведённое время
dns-server-connection-refused = в соединении отказано
dns-server-no-route = нет маршрута с нашей стороны
dns-server-network = ошибка сети
dns-server-failure = сервер сообщает о сбое (SERVFAIL)
dns-server-failed = сервер ответил ошибкой
dns-server-not-authoritative = сервер не обслуживает этот домен
dns-server-malformed = ответ не удалось прочитать
dns-server-no-address = у имени сервера нет адреса
dns-server-address-not-public = адрес сервера не публичный
dns-resolver-failed = наш резолвер не дал ответа
dns-no-resolver = резолвер не настроен
dns-no-zone = у домена нет серверов имён

# Почему страница не получена
dns-fetch-timed-out = нет ответа за отведённое время
dns-fetch-connection-refused = в соединении отказано
dns-fetch-no-route = нет маршрута с нашей стороны
dns-fetch-connection = соединение прервалось
dns-fetch-tls = ошибка TLS
dns-fetch-not-http = ответ не по протоколу HTTP
dns-fetch-no-address = у узла нет адреса
dns-fetch-not-public = адрес не публичный
dns-fetch-redirect = переход по этому адресу недопустим
dns-fetch-too-many-redirects = слишком много перенаправлений

# Почему запись не опубликована
dns-publish-outside-zone = Имя лежит вне зоны, в которую мы публикуем.
dns-publish-bad-value = Значение нельзя представить в виде записи.
dns-publish-name-taken = По этому имени уже есть другая запись; мы её не тронули.
dns-publish-server = Сервер имён для обновлений не дал пригодного ответа.
dns-publish-key-refused = Сервер имён для обновлений не принимает ключ.
dns-publish-clock-skew = Часы сервера имён для обновлений расходятся с нашими больше чем на пять минут.
dns-publish-refused = Сервер имён для обновлений отклонил изменение.
dns-publish-not-authentic = Ответ сервера имён для обновлений не подписан нашим ключом.
dns-publish-encode = Изменение не удалось представить в виде сообщения.
dns-publish-look-up = Запись не удалось проверить.

# Что делать дальше
dns-advice-let-the-ca-look = Ничего делать не нужно: центр сертификации может проверять.
dns-advice-create-record = Создайте запись точно как показано и проверьте снова.
dns-advice-correct-record = Замените значение на показанное.
dns-advice-remove-doubled-zone = Ваша панель DNS сама дописывает домен: введите имя без него или закончите имя точкой.
dns-advice-wait-for-servers = Подождите, пока изменение дойдёт до всех серверов имён; если какой-то отстаёт, обратитесь к провайдеру DNS.
dns-advice-repair-servers = Попросите провайдера DNS исправить работу серверов имён домена.
dns-advice-check-registration = Проверьте, что домен зарегистрирован и у регистратора указаны его серверы имён.
dns-advice-repair-dnssec = Попросите провайдера DNS исправить DNSSEC или удалите запись DS у регистратора.
dns-advice-try-later = Проверьте снова через несколько минут.
dns-advice-change-caa = Добавьте запись CAA, разрешающую этот центр сертификации, или удалите показанную.
dns-advice-put-file = Разместите файл точно с показанным содержимым по показанному адресу.
dns-advice-publish-address = Пусть имя указывает только на публичный адрес.
dns-advice-create-address = Создайте адресную запись (A или AAAA) для имени.
dns-advice-open-port = Пусть веб-сервер отвечает на этом порту отовсюду, без ограничений по адресам и странам.
dns-advice-remove-redirect = Отдавайте файл без перенаправления.
