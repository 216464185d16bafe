# The admin area.

# Dashboard
dashboard-all = Show all
dashboard-balances = Balances at the CAs
dashboard-certificates = Certificates
dashboard-chart = Certificates that end within the next 60 days
dashboard-ending = Certificates ending soon
dashboard-first-steps = First steps
dashboard-manual = { $count ->
    [one] { $count } needs a person
   *[other] { $count } need a person
}
dashboard-missing-account = Create an account for a client and credit it
dashboard-missing-module = Add a processing module: the connection to a certification authority
dashboard-missing-tariff = Create a tariff plan with prices
dashboard-no-trouble = Every operation runs as it should
dashboard-nothing-ends = Nothing ends within the next 7 days
dashboard-tasks = Open tasks
dashboard-trouble = Operations in trouble

# Processing modules
modules-text = Connections to certification authorities. Of several modules on one tariff plan, the lowest sort is tried first.
modules-empty-title = No processing module yet
modules-empty-text = Connect a certification authority to sell its certificates.
modules-column-connector = Authority
modules-column-usage = Services
modules-column-connection = Connection
modules-column-product = Product
modules-column-level = Validation
modules-column-years = { $count ->
    [one] { $count } year
   *[other] { $count } years
}
modules-column-extra-name = Extra name
modules-balance-low = below the minimum
modules-balance-unreadable = last reading failed
modules-connection-unknown = Not checked
modules-connection-works = Works
modules-connection-broken = Broken
modules-rests = tries again { $when }
modules-purchases-off = Purchases off
modules-switch-off-text = New orders pass this module over. Orders that it has already made go on.
modules-connection = Connection
modules-checked = Checked { $when }
modules-never-checked = The connection was not checked yet.
modules-balance = Balance at the CA
modules-balance-problem = Last reading failed
modules-minimal-balance = Minimal balance
modules-minimal-balance-hint = In the currency of the account at the CA. Below it the department is warned. Empty: never.
modules-blocks-below = No purchases below the minimum
modules-blocks-below-hint = New orders pass the module over while its balance is below the minimum.
modules-day-ceiling = Most per day
modules-order-ceiling = Most per order
modules-spent-today = Spent today
modules-parameters = Parameters
modules-secret-set = set, not shown
modules-place = { $place } of { $of }
modules-allow-purchases = Allow purchases
modules-allow-purchases-text = New orders may be bought through this module again.
modules-block-purchases = Stop purchases
modules-block-purchases-text = Nothing is bought through this module until purchases are allowed again. Orders that were made go on.
modules-log = Log
modules-log-text = The level takes effect at once. As a line of debug.conf:
modules-log-level = Level
modules-log-0 = Nothing
modules-log-1 = Notices
modules-log-2 = Critical errors
modules-log-3 = Errors
modules-log-4 = Warnings
modules-log-5 = Requests
modules-log-6 = More on requests
modules-log-7 = Answers of the CA
modules-log-8 = Steps of the code
modules-log-9 = Everything
modules-catalogue = Catalogue
modules-catalogue-show = Show products
modules-catalogue-import = Import
modules-catalogue-imported = Imported
modules-catalogue-imports = Imports
modules-catalogue-left-out = { $count ->
    [one] { $count } line of the answer was left out:
   *[other] { $count } lines of the answer were left out:
}
modules-change-added = New: { $product }
modules-change-removed = Gone: { $product }
modules-change-repriced = { $count ->
    [one] { $product }, { $count } year: { $before } → { $now }
   *[other] { $product }, { $count } years: { $before } → { $now }
}
modules-catalogue-products = Products
modules-catalogue-changes = Changes
modules-catalogue-diff = { $added } new, { $removed } gone, { $repriced } with another price
modules-catalogue-none = Nothing was imported yet.
modules-catalogue-nothing = No product matches
modules-catalogue-search = Product, brand or code
modules-catalogue-removed = Also those no longer sold
modules-catalogue-gone = no longer sold
modules-catalogue-line = Imported { $when }: { $changes }
modules-catalogue-importing = Importing the catalogue
modules-catalogue-asking = The authority is asked for its catalogue…
modules-catalogue-read = { $done } of { $of } products compared
modules-catalogue-done = { $count ->
    [one] { $count } product: { $changes }
   *[other] { $count } products: { $changes }
}
modules-names-included = { $included } included, at most { $most }
modules-no-tariffs = No tariff plan uses this module
modules-no-tariffs-text = Connect it on the page of a tariff plan.
modules-add-title = Add a processing module
modules-edit-title = Change a processing module
modules-step-type = Product type
modules-step-module = Processing module
modules-step-settings = Integration settings
modules-step-parameters = Module parameters
modules-type-ssl = SSL certificates
modules-type-ssl-hint = Domain, organisation and extended validation; wildcard and multi-domain
modules-connector-hint = Log name { $log }
modules-new-client = Add a new client
modules-new-client-hint = I have no account with this authority yet.
modules-register-at = Register with { $name } first, then enter what you got here:
modules-advanced = Advanced settings
modules-secret-kept = kept, leave empty to keep
modules-settings = Integration settings
modules-settings-note = If you change the address or a secret, you are asked for your password again, and the connection is checked before anything is saved.
modules-ceilings = Ceilings
modules-ceilings-text = A purchase beyond a ceiling waits for a second person. In the currency of the account at the CA.
modules-name-hint = Shown here, never to clients.
modules-department-hint = Tasks from this module go to it.
modules-sort-hint = The lowest is tried first.
modules-check-and-save = Check the connection
modules-checking = Checking the connection
modules-check-again = Check again
modules-save = Save the module
modules-save-off = Save switched off
modules-save-off-text = You can go back and correct the settings, or save the module switched off and look at it later.
modules-added = The processing module { $name } was added. Import its catalogue next.
modules-added-off = The processing module { $name } was saved switched off.
modules-saved = The processing module was saved.
modules-switched-on = The processing module is switched on.
modules-switched-off = The processing module is switched off.
modules-purchases-blocked = Purchases through this module are stopped.
modules-purchases-allowed = Purchases through this module are allowed.
modules-log-saved = The log level is set to { $level }.
modules-balance-read = The balance was read.
modules-balance-unread = The balance could not be read: { $text }
modules-broken-not-saved = Nothing was saved, because the connection does not work with these settings.
modules-draft-lost = The wizard was left for too long. Please start again.
modules-check-failed = The connection does not work.
modules-check-worked = The connection works.

# Check of a connection
check-cannot-connect = Cannot connect to the processing module
check-connected = The connection works.
check-running = Trying…
check-skipped = not tried
check-address = Called
check-outgoing = Our outgoing address
check-outgoing-unknown = not known
check-step-resolve-name = Find the address of the host
check-step-connect = Connect
check-step-tls = Encrypt (TLS)
check-step-sign-in = Sign in
check-step-read-balance = Read the balance
check-cause-name-not-resolved = The host name could not be resolved.
check-cause-not-reachable = The server does not answer.
check-cause-tls = No trusted TLS connection could be made.
check-cause-credentials-refused = The user name or the password was refused.
check-cause-address-not-permitted = Calls from our address may not be permitted.
check-cause-not-understood = The answer was not understood: this may not be the API.
advice-check-host-name = Look for a typing error in the host name of the URL.
advice-check-resolver = Check the DNS resolver of this server.
advice-check-reachability = Check that the address of the authority can be reached from this server, and the firewalls between.
advice-try-later = Look at the authority’s status page, or try later.
advice-check-clock-and-roots = Check this server’s clock and its set of root certificates.
advice-check-interception = Look for a proxy or filter between this server and the authority.
advice-check-credentials = Enter user name and password again, and try them in the authority’s client area.
advice-use-account-without-second-factor = Use an account without a second factor for the API.
advice-permit-address = Permit API calls from our outgoing address in the authority’s client area.
advice-check-url = Compare the URL with the authority’s documentation; leave it empty for the default.

# Tariff plans
tariffs-text = What clients are offered, at which price, through which modules.
tariffs-empty-title = No tariff plan yet
tariffs-empty-text = Make one from a product of an imported catalogue.
tariffs-product = Product
tariffs-product-hint = From the catalogue of a processing module. Other modules that sell the same product can be connected later.
tariffs-product-at-ca = Product at the CA
tariffs-kind = Kind
tariffs-level = Validation
tariffs-included = Names included
tariffs-most = Most names
tariffs-methods = Validation methods
tariffs-note = Note
tariffs-note-hint = Only staff read it.
tariffs-prices = Prices
tariffs-no-price = No price
tariffs-no-price-text = Clients see the plan when it has a price in their currency.
tariffs-no-module = No module
tariffs-no-module-text = Orders need at least one connected module.
tariffs-period = Period
tariffs-currency = Currency
tariffs-extra-name = Extra name
tariffs-extra-wildcard = Extra wildcard name
tariffs-valid-from = Valid from
tariffs-valid-from-hint = Empty: from now on.
tariffs-to-come = to come
tariffs-withdraw = Withdraw
tariffs-withdraw-text = Clients are not offered this term in this currency any more. Services that were sold go on.
tariffs-withdrawn = withdrawn
tariffs-loss = below cost
tariffs-set-price = Set a price
tariffs-place = Order
tariffs-order-text = Orders try the modules from the top. Without an order of its own, a plan follows the modules’ sort.
tariffs-connect = Connect a module
tariffs-connect-submit = Connect
tariffs-up = Move up
tariffs-down = Move down
tariffs-disconnect = Disconnect
tariffs-disconnect-text = New orders of the plan no longer try { $name }. Orders that were made go on.
tariffs-forget-order = Follow the modules’ sort again
tariffs-margin-rule = Margin rule
tariffs-margin-rule-line = The CA’s price plus { $percent } %, rounded up to { $step }
tariffs-no-margin-rule = There is no rule; prices are set by hand.
tariffs-margin-text = Proposes prices from what the CA asks; staff set them.
tariffs-margin-percent = On top of the CA’s price
tariffs-margin-round = Round up to
tariffs-apply-margin = Set prices by the rule
tariffs-apply-margin-text = Every term gets the CA’s price with the margin, from now on. Prices in other currencies stay.
tariffs-history = Every price so far
tariffs-no-history = No earlier price.
tariffs-add = Add a tariff plan
tariffs-edit = Change a tariff plan
tariffs-name-hint = Clients see this name.
tariffs-name-default-hint = Clients see this name. Empty: the product’s name.
tariffs-sort-hint = The lowest is shown first.
tariffs-active = Offered to clients
tariffs-active-hint = Services that were sold go on either way.
tariffs-no-products = No catalogue was imported yet: add a processing module and import its catalogue first.
tariffs-added = The tariff plan was added. Set its prices next.
tariffs-saved = The tariff plan was saved.
tariffs-price-set = The price was set.
tariffs-price-withdrawn = The price was withdrawn.
tariffs-prices-set = { $count ->
    [one] { $count } price was set by the rule.
   *[other] { $count } prices were set by the rule.
}
tariffs-module-connected = The module was connected.
tariffs-modules-changed = The modules of the plan were changed.

# System
periodic-text = Work that comes round by itself. It takes no input and may run at any time.
periodic-what = What
periodic-last = Last run
periodic-result = Result
periodic-next = Next run
periodic-backlog = Waiting
periodic-failed = failed
periodic-empty = Nothing is scheduled
settings-purchases-blocked = Purchases are off
purchases-off-by-staff = An administrator switched them off.
purchases-off-instance-mismatch = The database does not fit this installation: it was restored or copied. A reconciliation with every CA switches them on again.
purchases-off-restored = The database comes from a backup. A reconciliation with every CA switches them on again.
settings-allow-purchases = Allow purchases
settings-allow-purchases-text = Do this only when the orders at the CA agree with the database.
settings-purchases-allowed = Purchases are allowed again.
settings-saved = The settings were saved.
zones-text = DNS zones that take updates (RFC 2136). Validation records for names in them are published and removed without a person.
zones-empty-title = No zone is connected
zones-empty-text = Without one, clients publish validation records themselves.
zones-add = Connect a zone
zones-name = Zone
zones-server = Name server
zones-server-hint = Address and port of the server that takes updates.
zones-key = Name of the key
zones-secret = Secret of the key
zones-secret-hint = In base64, as the name server’s configuration holds it.
zones-problem = Problem
zones-good = Good
zones-remove-text = Records are no longer published in this zone.
zones-added = The zone was connected.
zones-removed = The zone was disconnected.

# What can be wrong with modules, tariff plans and zones
problem-not-a-choice = Please choose one of the list.
problem-not-a-log-level = Levels go from 0 to 9.
problem-not-a-tsig-key = Name or secret of the key are not right: the secret is base64.
problem-not-an-address = Enter address and port, such as 192.0.2.53:53.
problem-other-kind-of-product = This product is of another kind than the tariff plan.
problem-staff-only = Only staff can be members.
problem-unknown-connector = There is no such processing module.
problem-unknown-department = There is no such department.
problem-unknown-field = There is no such field.
problem-unknown-product = There is no such product.
problem-url = This is not an address such as https://api.example.com.
problem-url-with-credentials = Leave the user name and the password out of the address.
problem-url-with-query = Leave out everything after the path.
refused-no-cost = No price of the CA is known: connect a module and import its catalogue.
refused-no-margin-rule = The plan has no margin rule.
refused-no-rate = The CA charges in another currency and no exchange rate is known.
refused-zone-does-not-work = Nothing was saved: a record could not be published into the zone and taken away again. { $reason }

# The installation
foreign-before = older than the module
foreign-explained = explained
foreign-orphan = unexplained
nav-reconciliation = Reconciliation
periodic-balances = Read the balances at the CAs
periodic-housekeeping = Remove what nobody needs any more
periodic-is-due = It runs now.
periodic-reconciliation = Compare with the CAs’ lists of orders
periodic-run = Run now
reconciliation-explain = Explain
reconciliation-explain-text = Say where the order comes from. Its task is closed, and it no longer keeps purchases off.
reconciliation-explained = The order is explained.
reconciliation-foreign = Orders at the CA that nothing here stands behind
reconciliation-line = { $listed } listed, { $orphans } unexplained, { $missing } missing at the CA
reconciliation-missing = Orders here that the CA does not know:
reconciliation-nothing-foreign = Every order at the CA belongs to a service
reconciliation-run = Compare now
reconciliation-say-why = Nothing was changed: say where the order comes from.
reconciliation-seen = First seen
reconciliation-text = Compares the orders here with what each CA lists. What nothing here explains becomes a task. A restored database may buy again once every order is explained.
reconciliation-verdict = What it is
setting-help-large-credit = A credit above this amount, in the currency of the account, needs a second person.
setting-help-most-attempts = After so many failed attempts an operation waits for a person.
setting-help-raw-answer-days = The raw answers, with secrets masked.
setting-help-registration-open = Otherwise staff add accounts.
setting-help-retry-minutes = Between two attempts of an operation.
setting-large-credit = Large credits
setting-most-attempts = Most attempts
setting-raw-answer-days = Days that answers of CAs are kept
setting-registration-open = Clients may register by themselves
setting-retry-minutes = Minutes between attempts
settings-instance = Installation
settings-logs = Log levels
settings-purchases = Purchases
settings-purchases-on = Purchases are on
settings-purchases-stopped = All purchases are stopped.
settings-stop-purchases = Stop all purchases
settings-stop-purchases-text = Nothing is bought at any CA until purchases are allowed again. Orders that were made go on.
zones-account-hint = Only for services of this account. Empty: for all.
zones-every-name = Every name
zones-key-hint = As the name server’s configuration calls it; HMAC-SHA-256.
zones-tried = Before the zone is connected, a record is published into it and taken away again.

mails-text = Every mail to clients and staff, the newest 200. What a mail server refuses for now is tried again for about three days.
mails-when = Written
mails-what = What
mails-to = To
mails-state = State
mails-empty = No mail was written yet
mails-waiting = waiting
mails-sent = sent
mails-given-up = given up
mails-again = Send again what was given up
mails-are-due = They are sent again now.
mails-no-server = No mail server is configured: mails wait here. Set mail.host in the configuration.
mails-failed = { $count ->
    [one] { $count } mail was given up.
   *[other] { $count } mails were given up.
}
mail-kind-order-placed = Order placed
mail-kind-validation-needed = Validation needed
mail-kind-issued = Certificate issued
mail-kind-order-failed = Order failed
mail-kind-confirm-address = Confirm the address
mail-kind-password-reset = New password
mail-kind-module-balance-low = Balance at the CA is low
mail-kind-task-opened = New task

# The dated rules
rules-text = What CAs and clients must keep to, by the day on which a certificate is issued.
rules-changes = What changes next
rules-no-changes = Nothing that is known changes
rules-file = File in force
rules-origin = From
rules-built-in = built into the program
rules-edition = Compared with the sources on
rules-lead = When reissues start
rules-lead-text = { $days } days before End date, but not before the last 1/{ $part } of the certificate's life.
rules-lead-least = A last piece under { $count ->
    [one] { $count } day
   *[other] { $count } days
} is not reissued.
rules-lead-organisation = Organisations are asked { $count ->
    [one] { $count } day
   *[other] { $count } days
} before their data become too old.
rules-assumed = assumed
rules-now = now
rules-from = From
rules-what = What
rules-source = Source
rules-days = Days
rules-validity = Longest validity
rules-reuse = How old proof may be
rules-reuse-domain = Domain control
rules-reuse-organisation = Organisation (OV)
rules-reuse-extended = Organisation (EV)
rules-methods = Methods of domain validation
rules-number = BR
rules-method = Method
rules-ends = Ends
rules-proves = Proves
rules-covers-exact = the exact name
rules-covers-below = also names below it and wildcards
rules-allowed = allowed
rules-discouraged = discouraged
rules-forbidden = forbidden
rules-cas = What each CA does
rules-of = For
rules-every-ca = Every CA
rules-change-validity = Certificates are valid for at most { $count } days.
rules-change-reuse-domain = Proof of domain control may be { $count } days old.
rules-change-reuse-organisation = Data of organisations (OV) may be { $count } days old.
rules-change-reuse-extended = Data of organisations (EV) may be { $count } days old.
rules-change-discouraged = { $method } should no longer be used.
rules-change-forbidden = { $method } may no longer be used, nor proof made that way.
rules-requirement-caa-parameters = CAs must heed accounts and methods in CAA records.
rules-requirement-client-auth = Server certificates no longer serve for signing in as a client.
rules-requirement-five-perspectives = CAs look at names and files from five places of the world.
rules-ca-below-cap = { $count ->
    [one] issues for { $count } day less than the most
   *[other] issues for { $count } days less than the most
}
rules-ca-most = issues for at most { $count } days
rules-ca-anniversary = cuts at the anniversary while certificates may be longer than { $count } days
rules-ca-no-reuse = never uses proof of domain control again
rules-ca-domain-reuse = uses proof of domain control for { $count } days
rules-ca-organisation-reuse = uses data of organisations for { $count } days
rules-remaining-cut = a certificate ends with the paid term
rules-remaining-full = every certificate has its full length
rules-remaining-add-unused = unused days are added
rules-unit-days-365 = terms are counted as 365 days a year
rules-unit-months = terms are counted in months
rules-unit-years = terms are counted in years
