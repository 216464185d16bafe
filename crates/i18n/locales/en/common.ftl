# Words that every area uses.

language = Language

# What can be done
action-add = Add
action-back = Back
action-cancel = Cancel
action-change = Change
action-check-now = Check now
action-clear = Clear
action-continue = Continue
action-copied = Copied
action-copy = Copy
action-delete = Delete
action-download = Download
action-edit = Edit
action-filter = Filter
action-first-page = First page
action-home = To the start page
action-next-page = Next page
action-refresh = Refresh
action-export = Export as CSV
action-save = Save
action-search = Search
action-show = Show
action-sign-out = Sign out
action-switch-off = Switch off
action-switch-on = Switch on

# Labels for people who listen to the page
label-breadcrumbs = You are here
label-language = Language
label-navigation = Main navigation
label-optional = optional
label-pages = Pages
label-search-services = Find a service: number, name, client
label-skip = Skip to the content
label-steps = Steps

# Columns that many tables have
column-account = Account
column-actions = Actions
column-amount = Amount
column-balance = Balance
column-created = Created
column-day = Day
column-department = Department
column-detail = Details
column-email = E-mail
column-currency = Currency
column-end-date = End date
column-kind = Kind
column-module = Processing module
column-name = Name
column-names = Names
column-number = Number
column-paid-till = Paid till
column-price = Price
column-role = Role
column-service = Service
column-sort = Sort
column-state = State
column-tariff = Tariff plan
column-when = When
column-who = Who

chart-as-table = The same figures as a table
filter-all = All
form-rejected = Nothing was saved: please correct the marked fields.
state-on = On
state-off = Off
answer-yes = Yes
answer-no = No

# Navigation
nav-menu = Menu
nav-work = Work
nav-products = Products
nav-clients = Clients
nav-integration = Integration
nav-system = System
nav-dashboard = Dashboard
nav-services = Services
nav-operations = Operations
nav-tasks = Tasks
nav-tariffs = Tariff plans
nav-rates = Taxes and exchange rates
nav-accounts = Accounts
nav-users = Users
nav-credits = Credits
nav-modules = Processing modules
nav-zones = DNS zones
nav-departments = Departments
nav-periodic = Scheduled work
nav-rules = Dated rules
nav-clock = Time machine
nav-mails = Mails
nav-audit = Audit trail
nav-settings = Settings
nav-order = Order
nav-money = Money
nav-profile = Profile

# States of services
service-state-opening = Opening
service-state-waiting-for-validation = Waiting for validation
service-state-waiting-for-issue = Waiting for issue
service-state-active = Active
service-state-suspended = Suspended
service-state-failed = Failed
service-state-closed = Closed

# Operations
operation-kind-open = Open
operation-kind-reissue = Reissue
operation-kind-prolong = Prolong
operation-kind-close = Close
operation-state-waiting = Working
operation-state-manual = Needs a person
operation-state-done = Done
operation-state-failed = Failed
operation-state-superseded = Superseded

# Tasks
task-state-open = Open
task-state-in-progress = In work
task-state-done = Done
task-state-cancelled = Fell away
task-kind-operation-manual = Operation by hand
task-kind-purchase-unclear = Purchase unclear
task-kind-balance-low = Balance is low
task-kind-module-broken = Connection is broken
task-kind-credit-approval = Credit to approve
task-kind-purchase-approval = Purchase to approve
task-kind-reissue-by-hand = Reissue by hand
task-kind-orphan-at-ca = Unknown order at the CA
task-kind-plain = Plain task

# Products
validation-level-dv = Domain (DV)
validation-level-ov = Organisation (OV)
validation-level-ev = Extended (EV)
product-kind-single = One name
product-kind-wildcard = Wildcard
product-kind-multi-domain = Multi-domain
validation-method-dns = DNS record
validation-method-http = File over HTTP
validation-method-https = File over HTTPS
validation-method-email = E-mail
key-custody-client = With the client only
key-custody-not-stored = Made here, not kept
key-custody-stored = Kept here, sealed
issue-reason-open = First issue
issue-reason-reissue = Reissue
issue-reason-prolong = Prolongation
issue-reason-by-ca = Issued by the CA itself

# Why a processing module was passed over
passed-over-switched-off = Switched off
passed-over-connection-broken = The connection is broken
passed-over-balance-too-low = The balance is too low
passed-over-purchases-blocked = Purchases are blocked
passed-over-product-missing = Does not sell this product
passed-over-not-needed = Another came first

# Roles
role-administrator = Administrator
role-staff = Staff
role-owner = Owner
role-member = Member
role-accountant = Accountant

# Failures as pages
error-title = That did not work
error-reference = Reference:
error-bad-request = The request was not understood.
error-forbidden = You may not do this.
error-sign-in-required = Please sign in.
error-too-many-tries = Too many attempts. Please wait a little and try again.
error-confirmation-required = Please confirm your password first.
error-invalid = Some fields are not right.
error-refused = This is not possible.
error-ca = The certification authority did not do what was asked.
error-store = The database did not answer as it should. The reference helps us to find out why.
error-not-found = There is no such page, or it is not yours.
error-conflict = Somebody else changed this meanwhile. Look at it again, then repeat what you wanted.
error-too-large = That is more than is accepted here.
error-busy = The server is busy. Please try again.
error-internal = Something went wrong on our side. The reference helps us to find it.
error-cross-site = The request came from another site and was refused.

# What can be wrong with a field
problem-required = Please fill this in.
problem-too-long = This is too long.
problem-email = This is not a mail address.
problem-number = Please enter a whole number.
problem-choice = Please choose one of the list.
problem-money = Please enter an amount such as 12.50.

# The plan of a service
plan-title = Until the paid term ends
plan-drawing = Certificates of this service from the first to the last day
plan-nothing = The present certificate is the last of the paid term.
plan-summary = { $count ->
    [one] One more certificate
   *[other] { $count } more certificates
} until { $date }, with proof of control { $validations ->
    [0] never asked again
    [one] asked once
   *[other] asked { $validations } times
}.
plan-method-ends = { $method } is no longer accepted from { $date }: choose another way of proving control before.
plan-piece = Certificate until { $date } ({ $count ->
    [one] { $count } day
   *[other] { $count } days
})
plan-starts = starts { $date }
plan-by-itself = Runs by itself
plan-until = Certificate until { $date }
plan-since = since { $date }
plan-in-use = In use
plan-replaced = Replaced
plan-former = { $count ->
    [one] One before
   *[other] { $count } before
}
plan-later = { $count ->
    [one] One more after these
   *[other] { $count } more after these
}
plan-whom-you = you
plan-whom-client = client
plan-whom-department = staff
plan-need-prove-names = Prove control of { $names }: { $method }.
plan-need-choose-method = Choose another way for { $names }: { $method } ends on { $date }.
plan-need-reissue-by-hand = It is reissued by hand at the CA.
plan-need-verify-organisation = The organisation is verified again; the CA asks from { $date }.
plan-revokes-never = A new certificate leaves the former ones valid.
plan-revokes-on-name-removal = Removing a name revokes the former certificates.
plan-revokes-always = A new certificate revokes the former ones after { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}.
plan-set-method = Another way of proving
plan-set-method-text = How control is proven when the next certificates come. What is proven now stays proven.
plan-method-set = The next certificates are proven this way.

# Services whose method ends
methods-title = Methods that end
methods-text = These certificates are proven in a way that will no longer be accepted before their paid term ends.
methods-none = Nothing depends on a method that ends
methods-none-text = Every running service can be reissued until its paid term ends.
methods-method = Proven by
methods-until = until { $date }
methods-first = First concerned
methods-covered = none
methods-warning = { $count ->
    [one] One service depends on a method of validation that ends.
   *[other] { $count } services depend on a method of validation that ends.
}
methods-warning-many = More than { $count } services depend on a method of validation that ends.
methods-show = Show them
