# The admin area, daily work: services, operations, tasks, accounts, users, audit trail.

# Services
services-search = Number, name, client
services-empty-title = No services yet
services-empty-text = They appear here when clients order.
services-nothing-title = Nothing matches
services-nothing-text = Change the search or the filters.
services-column-name = Name
services-more-names = { $count ->
    [one] and { $count } more
   *[other] and { $count } more
}
services-ends-within = Ends within
services-ends-within-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
services-years = { $count ->
    [one] { $count } year
   *[other] { $count } years
}
services-finish = Finish by hand
services-finish-text = The certificate is checked against the request and the names. Then the service becomes active, the client is told, and the task is closed.
services-finish-certificate = Certificate (PEM)
services-finish-chain-hint = In any order.
services-finish-submit = Deliver this certificate
services-finished = The certificate was delivered.
services-close = Give up
services-cancel = Cancel with money back
services-cancel-text = The CA gives the money back until { $last_day }. The certificate is cancelled there, by a task where the CA has no call for it, and the client gets the money back.
services-close-text = The order is given up before issue; where the CA allows it, it is cancelled there, and the client gets the money back.
services-closing = The service is being closed.
services-needs-person = An operation needs a person:
services-dates = Dates
services-paid-till-empty = empty: one certificate covers the whole paid term
services-term = Paid term
services-accepted = Accepted by the CA
services-issued = Issued
services-closed = Closed
services-external-ref = Reference of the client
services-cost = Cost at the CA
services-margin = Margin
services-certificates = Certificates
services-no-certificate = No certificate was issued yet.
services-current = in use
services-validity = Valid
services-issuer = Issuer
services-serial = Serial number
services-fingerprint = SHA-256
services-ca-orders = Orders at the CA
services-ca-ref = Number at the CA
services-looked = Last looked at
services-charged = Charged
services-raw = Last answer of the CA for { $number }
services-contacts = Contact
services-contact = Person
services-contact-title = Position
services-phone = Phone
services-organisation = Organisation
services-place = Address
services-registration = Registration number
services-key = Key
services-custody = Kept
services-key-kind = Kind
services-csr = Signing request
failure-rejected = The CA refused the order.
failure-closed = It was given up before issue.
failure-no-module = No processing module could buy it.
failure-by-staff = It was ended by staff.
services-count = { $count ->
    [one] { $count } service
   *[other] { $count } services
}
services-ends-from = Ends from
services-ends-to = Ends until
services-finish-ca-ref-hint = The order at the CA that this certificate comes from.
services-finish-closing = Finish the closing
services-finish-closing-text = The CA could not cancel the order by its API. Cancel it in the CA’s client area first, then say here what becomes of the client’s money.
services-money-back = Money of the client
services-money-all = Give everything back
services-money-all-hint = The CA gives the money back, or we bear the cost.
services-money-nothing = Give nothing back
services-money-nothing-hint = The CA keeps the money, and so do we.
services-closed-by-hand = The service is closed.
services-loss = below cost
services-method-changed = The method was changed.
services-prolong-on = Prolonged by itself at the end of its paid term, from the client's balance.
services-prolong-off = Not to be prolonged.
services-suspend = Suspend
services-suspend-text = Nothing is reissued or prolonged until the service is resumed. Its certificate stays valid.
services-suspend-why = Why
services-suspended = The service is suspended.
services-resume = Resume
services-resumed = The service is active again.
services-prolong-set = That is noted.
services-resent = The mail is sent again.
admin-ca-refused = The certification authority did not do it: { $reason }

# Validation
ca-state-awaiting-payment = Waits for payment
ca-state-pending = In progress
ca-state-validation = Waits for validation
ca-state-issued = Issued
ca-state-rejected = Refused
ca-state-cancelled = Cancelled
ca-state-revoked = Revoked
ca-state-expired = Expired
ca-state-replaced = Replaced
ca-state-unknown = Not understood

# Operations
operations-text = Automatic work on services. What cannot go on by itself becomes a task.
operations-empty = Nothing here
operations-none = There was no operation.
operations-attempts = Attempts
operations-next = Next run
operations-error = Last error
operations-running = running now
operations-retry = Start again
operations-retried = The operation starts again.
operations-to-person = Give to a person
operations-to-person-text = The operation stops running by itself, and a task goes to the department of its module.
operations-given = The operation waits for a person now.
operations-step = Next step
operations-started-by = Started by
operations-finished = Finished
operations-history = Attempts
operations-no-attempt = There was no attempt yet.
operations-log = Log
operations-considered = Modules considered
operations-chosen = Taken
operations-purchases = Purchases at the CA
operations-expected = Expected price
operations-reason = Why
operations-unique-value = Unique value
operations-intended = Intent stored
operations-settled = Outcome known
operations-candidates = Orders at the CA that may be this one
attempt-outcome-done = done
attempt-outcome-waits = waits
attempt-outcome-failed = failed
attempt-outcome-postponed = put off
attempt-outcome-manual = given to a person
attempt-outcome-refused = ended without effect
error-class-unreachable = The CA cannot be reached.
error-class-unauthorized = The CA refuses our sign-in.
error-class-forbidden-address = The CA does not permit calls from our address.
error-class-rate-limited = The CA asks us to call less often.
error-class-rejected = The CA refuses.
error-class-protocol = The CA’s answer was not understood.
error-class-unsupported = The CA cannot do this.
error-class-internal = Something is wrong on our side.
purchase-stage-awaits-approval = Waits for a second person
purchase-stage-intended = Intended
purchase-stage-called = Called
purchase-stage-unknown = Outcome unknown
purchase-stage-accepted = Accepted
purchase-stage-rejected = Refused
purchase-stage-never-made = Never made
operations-show = Show
operations-trouble = Those in trouble
operations-to-person-note = Note for the task
operations-decision = A person must decide
operations-decision-question = What is to be done?
operations-decide = Decide
operations-decided = The operation goes on as you decided.
decision-adopt = It is this order at the CA
decision-hint-adopt = The service goes on with the order whose number you enter below.
decision-nothing-there = The CA has no such order
decision-hint-nothing-there = Certain after looking in the CA’s client area: the order is placed once more.
decision-give-up = Give up
decision-hint-give-up = The order ends, and the client gets the money back.
decision-approve = Approve the purchase
decision-hint-approve = Beyond the ceiling, but as wanted. Whoever ordered cannot approve.
step-choose = Choose the module
step-buy = Buy
step-prove = Read what must be proven
step-publish = Publish records
step-await = Wait for the CA
step-fetch = Fetch the certificate
step-tidy = Tidy up
step-close = Close
error-class-unknown = It is not known whether the CA has the order.
error-class-mismatch = The certificate does not fit the order.
error-class-ceiling = The price is beyond a ceiling.
error-class-no-module = No processing module can buy it now.
error-class-by-staff = Handed over by staff.
error-class-purchases-blocked = Purchases are off.
purchase-stage-unclear = Nobody can tell
purchase-stage-dropped = Given up before the call

# Tasks
tasks-text = Work for people. What the program cannot decide comes here, to the department of its module.
tasks-mine = Only mine
tasks-add = Add a task
tasks-column-title = What
tasks-column-performer = Performer
tasks-empty-title = No open task
tasks-empty-text = Everything runs by itself.
tasks-facts = Task
tasks-about = About
tasks-closed = Closed
tasks-take = Take it
tasks-done = Done
tasks-cancel = It fell away
tasks-cancel-text = The task is closed without being done.
tasks-comments = Comments
tasks-no-comments = Nobody has written anything yet.
tasks-comment = Comment
tasks-comment-submit = Add the comment
tasks-added = The task was added.
tasks-taken = The task is yours.
tasks-was-done = The task is done.
tasks-was-cancelled = The task is closed.
tasks-commented = The comment was added.
tasks-unfinished = With work left
tasks-changed = Last changed
tasks-hands = In whose hands
tasks-nobody = Nobody
tasks-give = Give
tasks-given = The task changed hands.
tasks-hand-over = Hand over
tasks-handed-over = The task went to the other department.
tasks-decide-credit = Decide the credit
tasks-to-operation = To the operation

# Accounts
accounts-search = Number, name, mail address
accounts-empty-title = No accounts
accounts-empty-text = Clients register by themselves, or staff add them.
accounts-country = Country
accounts-available = Available
accounts-reserved = Reserved
accounts-statement = Statement
accounts-no-bookings = No bookings yet
accounts-documents = Documents
accounts-no-documents = No documents yet
accounts-what-for = What for
accounts-credit = Credit the account
accounts-credit-text = Large credits wait for a second person.
accounts-credit-note = What for
accounts-credit-note-hint = The client sees it on the statement.
accounts-credit-submit = Credit
accounts-credited = { $amount } were credited.
accounts-credit-asked = The credit of { $amount } waits for a second person.
accounts-credit-limit = Credit limit
accounts-credit-limit-hint = How far below zero the account may go.
accounts-tax-number = Tax number
accounts-language = Language
accounts-note = Note
accounts-note-hint = For staff only.
accounts-no-members = Nobody can sign in for this account.
accounts-add = Add an account
accounts-edit = Change an account
accounts-added = The account was added.
accounts-saved = The account was saved.
accounts-count = { $count ->
    [one] { $count } account
   *[other] { $count } accounts
}
accounts-all = Show all
accounts-act = Act for this client
accounts-acting = You act for a client now: you see and order what the client would.
accounts-acting-bar = You act for a client.
accounts-acting-end = Stop
accounts-acting-no-more = You act for yourself again.
accounts-currency = Currency
accounts-currency-hint = It cannot be changed later.
accounts-document = Document
accounts-member-removed = The user no longer acts in this account.
accounts-remove-member = Remove
accounts-remove-member-text = { $name } can no longer act in this account and is signed out.
accounts-state-hint = A blocked account orders nothing; its services go on.
account-state-active = Active
account-state-blocked = Blocked
account-state-erased = Erased

# Credits
credits-text = Large credits take two people: one asks, another approves.
credits-empty-title = No credit waits
credits-empty-text = Credits are asked for on the page of an account.
credits-waits = waits for a second person
credits-asked-by = Asked by
credits-approve = Approve
credits-approve-text = { $amount } are credited to { $account } at once.
credits-refuse = Refuse
credits-refuse-text = Nothing is credited.
credits-approved = The credit was approved.
credits-refused = The credit was refused.

# Users
users-search = Name, mail address
users-of = Who
users-of-staff = Staff
users-of-clients = Clients
users-empty = Nobody matches
users-client = Client
users-second-factor = Second factor
users-last-sign-in = Last sign-in
users-add-staff = Add staff
users-add-member = Add a user to the account
users-lock = Lock
users-lock-text = The person is signed out everywhere and cannot sign in any more.
users-unlock = Unlock
users-unlock-text = The person can sign in again.
users-locked = The user is locked.
users-unlocked = The user can sign in again.
users-reset-totp = Remove the second factor
users-reset-totp-text = The person sets up a new one at the next sign-in. Make sure that it was really them who asked.
users-totp-reset = The second factor was removed.
users-confirmed = Address confirmed
users-count = { $count ->
    [one] { $count } user
   *[other] { $count } users
}
users-add-text = A mail with a link goes to the address; with it the person sets a password. Who is known already only gets the membership.
users-invite = Add and send the link
users-invited = A mail with a link goes to { $email }.
users-invited-later = Too many mails went to { $email } lately. Send the link a little later.
users-link = Link for a password
users-link-text = Whoever forgot the password, or never had one, sets it by a link in a mail.
users-link-send = Send the link
users-password = Password
users-password-hint = At least 8 characters. All sessions of the person end.
users-new-password = New password
users-set-password = Set the password
users-password-set = The password is set.
user-state-unconfirmed = Not confirmed
user-state-active = Active
user-state-disabled = Locked

# Audit trail and departments
audit-text = Who did what, and when. Each entry holds the hash of the one before it.
audit-sequence = No.
audit-action = Action
audit-subject = Subject
audit-request = Request
audit-empty = Nothing matches
audit-verify = Verify the chain
audit-holds = { $count ->
    [one] The chain holds: { $count } entry was verified.
   *[other] The chain holds: { $count } entries were verified.
}
departments-text = Tasks go to departments; their members see them first.
departments-add = Add a department
departments-members = Members
departments-added = The department was added.
departments-saved = The department was saved.
audit-broken = The chain is broken at entry { $number }: { $why }.
audit-who = Who (mail address)
departments-archived = Takes no more tasks
departments-archived-hint = Its old tasks stay.
departments-email-hint = Notices of new tasks go there; empty: to each member.
departments-empty = No department yet
departments-mail-to-members = to each member
people-certbroker = certbroker
people-command-line = Command line
people-guest = Nobody signed in
people-token = A program with a token

# Refusals that staff meet
refused-credit-sent-before = This form was sent before and { $amount } was booked then. Nothing was booked now: look at the statement, and send the form again if this is another credit.
refused-already-decided = Somebody has decided already.
refused-already-refunded = The money was given back already.
refused-ca-order-unknown = Enter the number of the order at the CA.
refused-certificate-does-not-match = The certificate does not fit the order: { $reason }
refused-decide-the-credit = This task closes by itself when the credit is decided.
refused-is-running = Somebody works on it right now. Please try again in a moment.
refused-last-owner = An account keeps its last owner.
refused-not-a-closing = This operation is no closing.
refused-brings-no-certificate = This operation cannot be finished with a certificate.
refused-not-yourself = You cannot do this to yourself.
refused-nothing-to-decide = Nothing is to be decided here.
refused-second-person-needed = A second person must decide this.
refused-task-closed = The task is closed.
problem-above-zero = The amount must be above zero.
problem-other-currency = The account is kept in another currency.
problem-issued-wrong-key = The certificate was made for another key.
problem-certificate-too-large = This is too long for a certificate.
problem-certificate-none = There is no certificate in it.
problem-certificate-malformed = The certificate cannot be read.
