# Заказы в удостоверяющем центре, которых нет ни у одной услуги, и их приём

orders-title = Заказы в УЦ
orders-text = Заказы этого аккаунта в удостоверяющем центре, сделанные не здесь. Примите то, что у клиентов уже есть: ничего не покупается, даты берутся у УЦ, и дальше certbroker сам поддерживает сертификат.
orders-search = Поиск по имени или номеру в УЦ
orders-tick-one = Выбрать заказ { $number }
orders-nothing-found = Нет заказов под эти фильтры
orders-nothing-text = Сверьте, чтобы увидеть, что УЦ показывает сейчас.
orders-compared = { $count ->
    [one] Сверен { $count } заказ в УЦ.
    [few] Сверено { $count } заказа в УЦ.
    [many] Сверено { $count } заказов в УЦ.
   *[other] Сверено { $count } заказа в УЦ.
}
orders-not-compared = Заказы сверить не удалось: { $why }
orders-take = Принять выбранные заказы
orders-to = Чем они станут
orders-to-account = Новыми услугами аккаунта
orders-to-account-hint = По одной услуге на заказ, со сроком, который называет УЦ.
orders-to-service = Сертификатом существующей услуги
orders-to-service-hint = Для одного заказа, если УЦ выпустил новый сертификат по чьей-то просьбе. Оплаченное клиентом не меняется.
orders-account-hint = Его номер.
orders-plan-by-product = Тариф, который продаёт этот продукт
orders-charge = Списать за каждый, без налога
orders-charge-hint = Пусто — ничего не списывается.
orders-charge-nothing = Ничего не списывается
orders-charge-each = { $amount } без налога за каждый, всего заказов: { $count }
orders-keys = Ключи будущих сертификатов
orders-keys-kept = certbroker создаёт и хранит их
orders-keys-kept-hint = Перевыпуск идёт сам. Клиент должен быть на это согласен.
orders-keys-client = Клиент каждый раз приносит запрос
orders-keys-client-hint = Первый перевыпуск станет задачей, пока клиент не загрузит запрос.
orders-service-hint = Её номер. Имена должны совпадать.
orders-preview = Посмотреть, что будет
orders-preview-title = Что получится
orders-will-take = { $count ->
    [one] Принять { $count } заказ
    [few] Принять { $count } заказа
    [many] Принять { $count } заказов
   *[other] Принять { $count } заказа
}
orders-will-text = Сертификаты будут получены у УЦ и проверены. Клиентам не пишут о том, что у них уже установлено. Вернуть принятый заказ обратно нельзя.
orders-nothing-to-take = Ни один из этих заказов так принять нельзя.
orders-paid-term = Оплаченный срок
orders-term-stays = Оплаченный срок услуги не меняется.
orders-what-is-said = Чего УЦ не сообщает
orders-all-told = УЦ сообщает всё.
orders-assumed-start = Принято: срок начался, когда сделан заказ.
orders-assumed-starts-today = Принято: срок начинается сегодня.
orders-assumed-years = Принято: оплачено столько лет, сколько действует сертификат.
orders-assumed-end = Принято: срок кончается через целое число лет после начала.
orders-not-already-adopted = Уже принят.
orders-not-compare-first = Сначала сверьте с УЦ.
orders-not-not-issued = Принять можно только выпущенный заказ.
orders-not-no-names = УЦ не сообщает имена.
orders-not-no-plan = Ни один тариф не продаёт этот продукт через этот обработчик: выберите тариф.
orders-done-title = Что стало с заказами
orders-done = { $count ->
    [one] Принят { $count } заказ
    [few] Принято { $count } заказа
    [many] Принято { $count } заказов
   *[other] Принято { $count } заказа
}, осталось как было: { $left }.
orders-back = Назад к заказам

services-key-elsewhere = Услуга принята из УЦ: ключ её сертификата там, где его создали, а запрос здесь неизвестен.
services-next-keys = Будущие ключи
client-key-elsewhere = Ключ этого сертификата там, где его создали: на вашем сервере или у того, кто делал заказ.
client-next-keys = Будущие ключи

foreign-adopted = принят
issue-reason-import = Принят из УЦ
step-import = Принять из УЦ
error-class-import = Заказ в удостоверяющем центре принять нельзя.
error-class-request-needed = Запрос клиента здесь неизвестен.

problem-nothing-ticked = Выберите хотя бы один заказ.
problem-one-order-only = Выберите один заказ: у услуги действует один сертификат.

refused-already-adopted = Заказ уже принят: { $service }.
refused-compare-first = Неизвестно, что УЦ сообщает об этом заказе. Сверьте с УЦ и попробуйте снова.
refused-no-names = УЦ не сообщает имена этого заказа.
refused-no-plan = Ни один тариф не продаёт этот продукт через этот обработчик. Выберите тариф.
refused-plan-does-not-fit = Имена этого заказа не подходят к тарифу.
refused-other-currency = Сумма в другой валюте, чем аккаунт.
refused-names-differ = Заказ на другие имена ({ $at_ca }), чем у услуги ({ $here }).
refused-ends-no-later = Сертификат этого заказа кончается не позже действующего.
refused-operation-first = У услуги ещё нет сертификата. Укажите в её операции, какой заказ в УЦ её.
