# Кабинет клиента.

# Услуги
client-order-certificate = Заказать сертификат
client-search = Номер или имя
client-ends-within = Истекает в течение
client-within-days = { $count ->
    [one] { $count } дня
    [few] { $count } дней
    [many] { $count } дней
   *[other] { $count } дня
}
client-no-services = Сертификатов пока нет
client-no-services-text = Выберите продукт, укажите имена и подтвердите, что они ваши, — это всё.
client-nothing-found = Ничего не найдено
client-nothing-found-text = Измените поиск или фильтры.
client-more-names = { $count ->
    [one] и ещё { $count } имя
    [few] и ещё { $count } имени
    [many] и ещё { $count } имён
   *[other] и ещё { $count } имени
}
client-services-count = { $count ->
    [one] { $count } услуга
    [few] { $count } услуги
    [many] { $count } услуг
   *[other] { $count } услуги
}
client-product = Продукт
client-years = { $count ->
    [one] { $count } год
    [few] { $count } года
    [many] { $count } лет
   *[other] { $count } года
}
client-days = { $count ->
    [one] { $count } день
    [few] { $count } дня
    [many] { $count } дней
   *[other] { $count } дня
}

# Одна услуга
client-state-opening = Заказ передаётся в удостоверяющий центр.
client-state-waiting-for-validation = Подтвердите, что имена ваши. Страница обновляется сама.
client-state-waiting-for-issue = Всё подтверждено. Удостоверяющий центр выпускает сертификат.
client-state-active = Сертификат готов.
client-state-suspended = Услуга приостановлена.
client-state-failed = Заказ не выполнен. Отложенные деньги снова ваши.
client-state-closed = Услуга закрыта.
client-failure-rejected = Удостоверяющий центр отклонил заказ.
client-failure-closed = Заказ отменён до выпуска.
client-failure-no-module = Сейчас выпустить сертификат некому.
client-failure-by-staff = Заказ завершён нашим сотрудником.
client-next-under-way = Выпускается следующий сертификат. Нынешний остаётся действительным; новый появится на этой странице.
client-somebody-looks = Этим заказом занимается наш сотрудник. Вам ничего делать не нужно.
client-close = Отказаться от заказа
client-prolong-ask = Продлевать автоматически в конце оплаченного срока
client-prolong-hint = За четырнадцать дней, по цене на тот день, с вашего баланса. Это можно изменить в любой момент.
client-prolong-on = В конце оплаченного срока продлевается автоматически с вашего баланса.
client-prolong-off = В конце оплаченного срока не продлевается.
client-prolong-set = Отмечено.
client-cancel = Отменить и вернуть деньги
client-cancel-text = Сертификат будет аннулирован в удостоверяющем центре, пользоваться им больше нельзя. Это возможно до { $last_day }; когда центр подтвердит отмену, деньги вернутся на ваш баланс.
client-close-text = Заказ отменяется до выпуска. Если удостоверяющий центр вернёт деньги, вернём и мы.
client-closing = Заказ отменяется.
client-dates = Даты
client-paid-till-empty = пусто: один сертификат покрывает весь период
client-period = Период
client-ordered = Заказано
client-accepted = Принято удостоверяющим центром
client-issued = Выпущено
client-closed = Закрыто
client-history = История
client-event-proven = Подтверждено: { $name }
client-certificates = Сертификаты
client-in-use = действующий
client-validity = Действует
client-issuer = Издатель
client-serial = Серийный номер
client-fingerprint = SHA-256
client-line = За что
client-quantity = Количество
client-tax = Налог
client-tax-at = Налог { $percent }
client-net = Без налога
client-total = Итого
client-price-period = Сертификат на период
client-price-extra-names = Дополнительные имена
client-price-extra-wildcards = Дополнительные имена со звёздочкой
client-price-receipt = Поступление
client-price-charge = Списание
client-price-refund = Возврат
client-key = Ключ
client-key-kind = Вид ключа
client-key-kept = Закрытый ключ
client-key-client = Только у вас
client-key-not-stored = Был показан один раз, здесь не хранится
client-key-stored = Хранится здесь в зашифрованном виде
client-csr = Запрос на сертификат (CSR)
client-contact = Контактное лицо
client-contact-person = Кто
client-phone = Телефон
client-organisation = Организация

# Подтверждение
client-validation = Подтвердите, что имена ваши
client-validation-text = Опубликуйте точно то, что показано; регистр букв в DNS не важен. Не удаляйте до выпуска сертификата.
client-resend = Отправить письмо ещё раз
client-resent = Письмо отправлено ещё раз.
client-change-method = Другой способ
client-method-changed = Способ изменён.
client-proof-waiting = Ожидание
client-proof-proven = Подтверждено
client-proof-failed = Отказ
client-method-ends = С { $date } больше не принимается.
client-proven-at = Подтверждено { $when }
client-looked-at = Удостоверяющий центр проверял { $when }
client-published = Мы опубликовали запись в зоне { $zone }, её отдают все серверы имён.
client-publishing = Мы публикуем запись в зоне { $zone } за вас.
client-record-type = Тип
client-record-name = Имя
client-record-value = Значение
client-file-address = Адрес файла
client-file-content = Содержимое файла
client-mail-sent = Письмо отправлено на { $address }. Перейдите по ссылке из него и введите код.
client-seen = Что видно сейчас
client-all-names = Все имена
client-for-name = Для
client-approver = Адрес, на который придёт письмо
client-approver-of = Адрес для { $name }
client-approver-hint = Принимаются только эти адреса — так сообщил удостоверяющий центр.
client-approvers-text = Для подтверждения по почте: адреса, которые принимает удостоверяющий центр, получены только что.
client-choose-address = выберите адрес
client-no-approvers = Удостоверяющий центр сейчас не сообщил адреса. Выберите другой способ или попробуйте через минуту.
client-method = Способ
client-method-dns = Запись в DNS. Подходит для любых имён, в том числе со звёздочкой, и обновляется без вас.
client-method-http = Файл на веб-сервере, читается по HTTP. Только для этого имени.
client-method-https = Файл на веб-сервере, читается по HTTPS. Только для этого имени.
client-method-email = Не рекомендуется: каждый раз кто-то должен перейти по ссылке, и способ отменяется.
client-no-files-for-wildcards = Файлом нельзя подтвердить имена со звёздочкой, поэтому для них он не предлагается.
client-method-per-name = Другой способ для отдельных имён
client-as-above = как выбрано выше

# Заказ
client-order-title = Заказ сертификата
client-no-offers = Предложений нет
client-no-offers-text = Пока нет продуктов с ценой в вашей валюте. Обратитесь к нам.
client-step-product = Продукт
client-step-request = Имена и ключ
client-step-contact = Контакты
client-step-validation = Подтверждение
client-step-summary = Итог
client-period-hint = Период длиннее срока одного сертификата? Тогда он перевыпускается сам до конца периода.
client-names-included = имён включено: { $included }, не более { $most }
client-names = Имена
client-names-single = Одно имя, например shop.example.com. Если у вас свой запрос, можно не заполнять: имена берутся из него.
client-names-wildcard = Одно имя со звёздочкой, например *.example.com.
client-names-several = По одному в строке, сначала главное, не более { $most }.
client-source = Закрытый ключ и запрос на сертификат
client-source-browser = Создать в этом браузере
client-source-text-browser = Закрытый ключ не покидает ваш компьютер: вы сохраняете его в файл.
client-source-not-stored = Создаём мы, показываем один раз
client-source-text-not-stored = Вы увидите закрытый ключ один раз после заказа. Мы его не храним.
client-source-stored = Создаём мы и храним для вас
client-source-text-stored = Закрытый ключ хранится зашифрованным. Вы скачаете его с сертификатом после ввода пароля, а перевыпуск не потребует ничего от вас.
client-source-pasted = Мой собственный запрос
client-source-text-pasted = Ключ и запрос созданы на вашем сервере, вы вставляете запрос.
client-key-kind-p256 = EC P-256: короткий и быстрый, обычный выбор
client-key-kind-p384 = EC P-384
client-key-kind-rsa2048 = RSA 2048: для старых программ
client-key-kind-rsa3072 = RSA 3072
client-key-kind-rsa4096 = RSA 4096
client-make-key = Создать ключ и запрос
client-key-made = Готово: закрытый ключ сохранён файлом в загрузках, запрос ниже. Берегите файл: его нет больше ни у кого.
client-key-failed = Браузер не смог создать ключ. Проверьте имена или выберите другой путь.
client-key-no-name = Сначала введите имена.
client-key-needs-script = Для этого нужен JavaScript. Остальные пути работают без него.
client-consent = Я согласен, чтобы мой закрытый ключ хранился здесь в зашифрованном виде
client-consent-hint = Он удаляется через 30 дней после последнего сертификата с ним.
client-csr-hint = Текст от BEGIN до END. Никогда не вставляйте закрытый ключ.
client-csr-good = Запрос в порядке. Имена в нём:
client-contact-text = Кому удостоверяющий центр может позвонить или написать.
client-first-name = Имя
client-last-name = Фамилия
client-position = Должность
client-phone-hint = С кодом страны, например +7 495 000-00-00.
client-organisation-text = Данные сверяются с открытыми реестрами и попадают в сертификат.
client-organisation-name = Официальное название
client-street = Улица и дом
client-postal-code = Индекс
client-city = Город
client-region = Регион
client-country = Страна
client-country-hint = Две буквы, например RU.
client-organisation-phone = Телефон организации
client-organisation-phone-hint = Как в открытом реестре.
client-registration-number = Регистрационный номер
client-available = Вы можете потратить { $amount }.
client-missing = На счёте не хватает { $amount }. Пополните его и оплатите заказ.
client-to-money = К балансу
client-pay = Заказать и оплатить с баланса
client-ordered-number = Номер вашего заказа — { $number }.
client-key-once-title = Сохраните закрытый ключ
client-key-once-text = Он показывается только сейчас. Без него сертификат бесполезен.
client-key-once-saved = Ключ сохранён
client-private-key = Закрытый ключ
client-save-key = Сохранить в файл

# Скачивание
client-download-title = Скачать
client-without-key = Сертификат
client-with-key = С закрытым ключом
client-your-password = Ваш пароль
client-with-key-text = Спрашивается каждый раз, чтобы ключ не забрал кто-то другой.
client-no-stored-key = Закрытый ключ этого сертификата здесь не хранится: он у вас.
client-form-fullchain = Сертификат с цепочкой (PEM)
client-form-text-fullchain = То, что нужно nginx, Apache, HAProxy и большинству программ
client-form-zip = Все файлы (ZIP)
client-form-text-zip = Каждый отдельным файлом
client-form-certificate = Только сертификат (PEM)
client-form-text-certificate = Для программ, где цепочка указывается отдельно
client-form-intermediates = Цепочка без сертификата (PEM)
client-form-text-intermediates = Промежуточные сертификаты по порядку
client-form-root = Корневой (PEM)
client-form-text-root = Серверам он не нужен
client-form-der = Только сертификат (DER)
client-form-text-der = Двоичный, для Java и Windows
client-form-private-key = Закрытый ключ (PEM)
client-form-zip-with-key = Все файлы с ключом (ZIP)
client-form-pkcs12 = PKCS#12
client-form-pkcs12-compatible = PKCS#12 для старых программ
client-form-text-pkcs12 = Для Windows, IIS и Java. Вариант для старых программ защищён слабее.
client-file-password = Пароль для файла PKCS#12
client-file-password-hint = Вы придумываете его сейчас, он понадобится при установке.

# Деньги
client-money-text = Чтобы пополнить баланс, переведите сумму и укажите номер счёта; мы её зачислим.
client-reserved = Отложено на заказы
client-spendable = Можно потратить
client-credit-limit = Кредитный лимит
client-statement = Выписка
client-bookings = Проводки
client-booking = Проводка
client-documents = Документы
client-documents-text = Квитанции, счета и кредит-ноты, каждый под своим номером.
client-no-documents = Документов пока нет
client-document = Документ
client-no-bookings = Проводок пока нет
client-no-bookings-text = Здесь появятся платежи и заказы.
client-entry-credit = Платёж
client-entry-reserve = Отложено на заказ
client-entry-charge = Заказ
client-entry-release = Больше не отложено
client-entry-refund = Возврат
client-entry-purchase = Закупка
client-entry-purchase-refund = Возврат закупки
client-document-kind-receipt = Квитанция
client-document-kind-charge = Счёт
client-document-kind-refund = Возвратный счёт
client-document-lines = Строки документа
client-seller = От кого
client-buyer = Кому
client-tax-number = Налоговый номер { $number }
client-refers-to = К документу { $number }.
client-print-hint = Чтобы сохранить PDF, распечатайте страницу в файл.

# Профиль
client-profile = Обо мне
client-profile-saved = Сохранено.
client-language-hint = И писем к вам тоже.
client-password = Пароль
client-current-password = Текущий пароль
client-new-password = Новый пароль
client-new-password-hint = Не меньше 8 знаков; несколько слов лучше, чем знаки.
client-change-password = Сменить пароль
client-password-changed = Пароль изменён. В других браузерах выполнен выход.
client-sessions = Браузеры, в которых выполнен вход
client-browsers = Браузеры
client-browser = Браузер
client-address = Адрес
client-since = С
client-seen-last = Использован
client-this-browser = этот
client-end-session = Выйти
client-session-ended = В том браузере выполнен выход.
client-tokens = Ключи API
client-tokens-made = Действующие ключи
client-tokens-text = С ключом программы заказывают и скачивают для этого счёта через API.
client-no-tokens = Ключей нет
client-new-token = Новый ключ
client-token-name = Для чего он
client-token-days = Действует
client-token-ends = Действует до
client-token-no-end = бессрочно
client-token-once = Скопируйте ключ сейчас: он показывается один раз.
client-make-token = Создать ключ
client-revoke = Отозвать
client-token-revoked = Ключ больше не действует.
client-scopes = Разрешено
client-scope-services-read = Видеть услуги
client-scope-orders-write = Заказывать и менять подтверждение
client-scope-certificates-read = Скачивать сертификаты
client-scope-balance-read = Видеть баланс
