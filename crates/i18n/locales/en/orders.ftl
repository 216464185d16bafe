# Orders at the CA that no service here has, and taking them over

orders-title = Orders at the CA
orders-text = Orders of this account at the CA that were not made here. Take over what clients have already: nothing is bought, dates are the CA’s, and certbroker keeps the certificate alive from then on.
orders-search = Search by name or number at the CA
orders-tick-one = Choose order { $number }
orders-nothing-found = No order fits the filters
orders-nothing-text = Compare to see what the CA lists now.
orders-compared = { $count ->
    [one] Compared with { $count } order at the CA.
   *[other] Compared with { $count } orders at the CA.
}
orders-not-compared = The orders could not be compared: { $why }
orders-take = Take over the chosen orders
orders-to = What they become
orders-to-account = New services of an account
orders-to-account-hint = One service for each order, with the term that the CA tells.
orders-to-service = The certificate of a service that is there
orders-to-service-hint = For one order, when somebody had the CA issue again by hand. What the client paid for stays as it is.
orders-account-hint = Its number.
orders-plan-by-product = The plan that sells the product
orders-charge = Charge for each, net
orders-charge-hint = Empty: nothing is charged.
orders-charge-nothing = Nothing is charged
orders-charge-each = { $amount } net for each of { $count }
orders-keys = Keys of the certificates to come
orders-keys-kept = certbroker makes and keeps them
orders-keys-kept-hint = Reissues run by themselves. The client must have agreed to that.
orders-keys-client = The client brings a request each time
orders-keys-client-hint = The first reissue becomes a task until the client has uploaded a request.
orders-service-hint = Its number. The names must be the same.
orders-preview = See what will happen
orders-preview-title = What taking over makes
orders-will-take = { $count ->
    [one] Take over { $count } order
   *[other] Take over { $count } orders
}
orders-will-text = The certificates are fetched from the CA and verified. Clients get no mail about what they have installed already. An order that was taken over cannot be given back.
orders-nothing-to-take = None of these orders can be taken over in this way.
orders-paid-term = Paid term
orders-term-stays = The paid term of the service stays.
orders-what-is-said = What the CA does not tell
orders-all-told = The CA tells everything.
orders-assumed-start = Assumed: the term began when the order was made.
orders-assumed-starts-today = Assumed: the term begins today.
orders-assumed-years = Assumed: as many years were paid as the certificate is valid.
orders-assumed-end = Assumed: the term ends whole years after it began.
orders-not-already-adopted = Taken over already.
orders-not-compare-first = Compare with the CA first.
orders-not-not-issued = Only issued orders can be taken over.
orders-not-no-names = The CA does not tell the names.
orders-not-no-plan = No tariff plan sells this product through this module: choose one.
orders-done-title = What became of the orders
orders-done = { $count ->
    [one] { $count } order was taken over
   *[other] { $count } orders were taken over
}, { $left } left as they were.
orders-back = Back to the orders

services-key-elsewhere = The service was taken over from the CA: the key of its certificate is where it was made, and its request is not known here.
services-next-keys = Keys to come
client-key-elsewhere = The key of this certificate is where it was made: on your server or with whoever ordered it.
client-next-keys = Keys to come

foreign-adopted = taken over
issue-reason-import = Taken over from the CA
step-import = Take over from the CA
error-class-import = The order at the CA cannot be taken over.
error-class-request-needed = The client’s request is not known here.

problem-nothing-ticked = Choose at least one order.
problem-one-order-only = Choose one order: a service has one certificate in force.

refused-already-adopted = The order was taken over already: { $service }.
refused-compare-first = It is not known what the CA tells of this order. Compare with the CA and try again.
refused-no-names = The CA does not tell the names of this order.
refused-no-plan = No tariff plan sells this product through this module. Choose a plan.
refused-plan-does-not-fit = The names of this order do not fit the tariff plan.
refused-other-currency = The amount is in another currency than the account.
refused-names-differ = The order is for other names ({ $at_ca }) than the service ({ $here }).
refused-ends-no-later = The certificate of this order ends no later than the one in force.
refused-operation-first = The service has no certificate yet. Say at its operation which order at the CA is its own.
