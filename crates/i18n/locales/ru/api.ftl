# Ответы REST API. Программы читают коды, эти предложения для тех, кто читает их журналы.

error-body = Тело запроса не такое, как здесь ожидается: { $detail }
error-query = Запрос в адресе не понят: { $detail }
error-media-type = Тело запроса должно быть в формате JSON, с типом содержимого application/json.
error-token-required = Нужен токен: отправьте его в заголовке «Authorization: Bearer …».
error-method-not-allowed = Этот адрес не принимает такой метод.
error-idempotency-key-reused = С этим ключом идемпотентности уже приходил другой запрос.
error-idempotency-in-progress = На первый запрос с этим ключом идемпотентности ещё нет ответа. Повторите позже.

problem-either-csr-or-key = Дайте запрос на сертификат или закажите новый ключ, но не то и другое вместе.
