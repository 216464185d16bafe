# The client area.

# Services
client-order-certificate = Order a certificate
client-search = Number or name
client-ends-within = Ends within
client-within-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
client-no-services = No certificates yet
client-no-services-text = Choose a product, say for which names, and prove that they are yours: that is all.
client-nothing-found = Nothing matches
client-nothing-found-text = Change the search or the filters.
client-more-names = { $count ->
    [one] and { $count } more name
   *[other] and { $count } more names
}
client-services-count = { $count ->
    [one] { $count } service
   *[other] { $count } services
}
client-product = Product
client-years = { $count ->
    [one] { $count } year
   *[other] { $count } years
}
client-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}

# One service
client-state-opening = The order goes to the certification authority.
client-state-waiting-for-validation = Please prove that the names are yours. This page follows what happens.
client-state-waiting-for-issue = Everything is proven. The certification authority is issuing the certificate.
client-state-active = The certificate is ready.
client-state-suspended = The service is suspended.
client-state-failed = The order failed. What was set aside is yours again.
client-state-closed = The service is closed.
client-failure-rejected = The certification authority refused the order.
client-failure-closed = It was given up before issue.
client-failure-no-module = Nobody could issue it at the moment.
client-failure-by-staff = Our staff ended it.
client-next-under-way = The next certificate is being made. The one in use stays valid; this page says when the new one is there.
client-somebody-looks = Somebody of our staff looks at this order. You need not do anything.
client-close = Give up the order
client-prolong-ask = Prolong by itself when the paid term ends
client-prolong-hint = Fourteen days before, at the price of that day, from your balance. You can change it at any time.
client-prolong-on = Prolonged by itself at the end of the paid term, from your balance.
client-prolong-off = Not prolonged at the end of the paid term.
client-prolong-set = That is noted.
client-cancel = Cancel and get the money back
client-cancel-text = The certificate is cancelled at the certification authority and must not be used any more. That is possible until { $last_day }; when the authority has confirmed it, the money is back on your balance.
client-close-text = The order is given up before issue. Where the certification authority gives the money back, so do we.
client-closing = The order is being given up.
client-dates = Dates
client-paid-till-empty = empty: one certificate covers the whole period
client-period = Period
client-ordered = Ordered
client-accepted = Accepted by the certification authority
client-issued = Issued
client-closed = Closed
client-history = History
client-event-proven = { $name } is proven
client-certificates = Certificates
client-in-use = in use
client-validity = Valid
client-issuer = Issuer
client-serial = Serial number
client-fingerprint = SHA-256
client-line = For
client-quantity = Quantity
client-tax = Tax
client-tax-at = Tax { $percent }
client-net = Without tax
client-total = Total
client-price-period = Certificate for the period
client-price-extra-names = Further names
client-price-extra-wildcards = Further wildcard names
client-price-receipt = Payment received
client-price-charge = Charge
client-price-refund = Refund
client-key = Key
client-key-kind = Kind of key
client-key-kept = Private key
client-key-client = Only with you
client-key-not-stored = Was shown once, is not kept here
client-key-stored = Kept here, sealed
client-csr = Signing request (CSR)
client-contact = Contact
client-contact-person = Person
client-phone = Phone
client-organisation = Organisation

# Proof of control
client-validation = Prove that the names are yours
client-validation-text = Publish exactly what is shown; spaces and upper case do not matter in DNS. Leave it until the certificate is there.
client-resend = Send the mail again
client-resent = The mail is sent again.
client-change-method = Another method
client-method-changed = The method was changed.
client-proof-waiting = Waiting
client-proof-proven = Proven
client-proof-failed = Refused
client-method-ends = Not accepted any more from { $date }.
client-proven-at = Proven { $when }
client-looked-at = The certification authority looked { $when }
client-published = We published the record in the zone { $zone }, and every name server shows it.
client-publishing = We publish the record in the zone { $zone } for you.
client-record-type = Type
client-record-name = Name
client-record-value = Value
client-file-address = Address of the file
client-file-content = Content of the file
client-mail-sent = A mail went to { $address }. Follow the link in it and enter the code.
client-seen = What we see just now
client-all-names = All names
client-for-name = For
client-approver = Address that receives the mail
client-approver-of = Address for { $name }
client-approver-hint = Only these addresses are accepted, as the certification authority says.
client-approvers-text = For validation by e-mail: the addresses that the certification authority accepts, read just now.
client-choose-address = choose an address
client-no-approvers = The certification authority did not tell its addresses just now. Choose another method, or try again in a minute.
client-method = Method
client-method-dns = A record in the DNS. Works for every name, also for wildcards, and can be renewed without you.
client-method-http = A file on the web server, fetched over HTTP. For exactly this name.
client-method-https = A file on the web server, fetched over HTTPS. For exactly this name.
client-method-email = Not recommended: somebody must follow a link every time, and the method is being abolished.
client-no-files-for-wildcards = Files cannot prove wildcard names, so they are not offered for them.
client-method-per-name = Another method for single names
client-as-above = as chosen above

# Order
client-order-title = Order a certificate
client-no-offers = Nothing is on offer
client-no-offers-text = There is no product with a price in your currency yet. Please ask us.
client-step-product = Product
client-step-request = Names and key
client-step-contact = Contact
client-step-validation = Validation
client-step-summary = Summary
client-period-hint = Longer than one certificate may be valid? Then it is reissued by itself until the end of the period.
client-names-included = { $included } names included, at most { $most }
client-names = Names
client-names-single = One name, such as shop.example.com. Empty with your own request: the names are taken from it.
client-names-wildcard = One name with an asterisk, such as *.example.com.
client-names-several = One per line, the main name first, at most { $most }.
client-source = Private key and signing request
client-source-browser = Made in this browser
client-source-text-browser = The private key never leaves your computer: you save it as a file.
client-source-not-stored = Made by us, shown once
client-source-text-not-stored = You see the private key once after the order. We do not keep it.
client-source-stored = Made by us and kept for you
client-source-text-stored = The private key is kept encrypted. You download it with the certificate after your password, and reissues need nothing from you.
client-source-pasted = My own signing request
client-source-text-pasted = You made key and request on your server and paste the request.
client-key-kind-p256 = EC P-256: small and fast, the usual choice
client-key-kind-p384 = EC P-384
client-key-kind-rsa2048 = RSA 2048: for old clients
client-key-kind-rsa3072 = RSA 3072
client-key-kind-rsa4096 = RSA 4096
client-make-key = Make key and request now
client-key-made = Done: the private key was saved as a file in your downloads, and the request is below. Keep the file: nobody else has it.
client-key-failed = This browser could not make the key. Check the names, or choose another way.
client-key-no-name = Enter the names first.
client-key-needs-script = This needs JavaScript. The other ways work without.
client-consent = I agree that my private key is kept here, encrypted
client-consent-hint = It is deleted 30 days after the last certificate with it.
client-csr-hint = The text from BEGIN to END. Never paste a private key.
client-csr-good = The request is in order. Its names:
client-contact-text = Whom the certification authority may call or write to.
client-first-name = Given name
client-last-name = Family name
client-position = Position
client-phone-hint = With the country code, such as +44 20 7946 0000.
client-organisation-text = This is checked against public registers and stands in the certificate.
client-organisation-name = Registered name
client-street = Street and number
client-postal-code = Postal code
client-city = City
client-region = State or province
client-country = Country
client-country-hint = Two letters, such as DE.
client-organisation-phone = Phone of the organisation
client-organisation-phone-hint = As it stands in a public register.
client-registration-number = Registration number
client-available = You can spend { $amount }.
client-missing = { $amount } is missing on your account. Please top it up, then pay.
client-to-money = To my balance
client-pay = Order and pay from balance
client-ordered-number = Your order is { $number }.
client-key-once-title = Save your private key
client-key-once-text = This is the only time that it is shown. Without it the certificate is of no use.
client-key-once-saved = I have saved it
client-private-key = Private key
client-save-key = Save as a file

# Download
client-download-title = Download
client-without-key = Certificate
client-with-key = With the private key
client-your-password = Your password
client-with-key-text = Asked each time, so that nobody else takes the key.
client-no-stored-key = The private key of this certificate is not kept here: you have it yourself.
client-form-fullchain = Certificate with chain (PEM)
client-form-text-fullchain = What nginx, Apache, HAProxy and most others want
client-form-zip = All files (ZIP)
client-form-text-zip = Each of them as a file
client-form-certificate = Certificate alone (PEM)
client-form-text-certificate = For programs that take the chain separately
client-form-intermediates = Chain without certificate (PEM)
client-form-text-intermediates = The intermediate certificates, in order
client-form-root = Root (PEM)
client-form-text-root = Servers do not need it
client-form-der = Certificate alone (DER)
client-form-text-der = Binary, for Java and Windows
client-form-private-key = Private key (PEM)
client-form-zip-with-key = All files with the key (ZIP)
client-form-pkcs12 = PKCS#12
client-form-pkcs12-compatible = PKCS#12 for old programs
client-form-text-pkcs12 = For Windows, IIS and Java. The form for old programs protects less.
client-file-password = Password for the PKCS#12 file
client-file-password-hint = You choose it now and need it when you install the file.

# Money
client-money-text = To top up, transfer the amount and name your account number; we credit it.
client-reserved = Set aside for orders
client-spendable = Can be spent
client-credit-limit = Credit limit
client-statement = Statement
client-bookings = Bookings
client-booking = Booking
client-documents = Documents
client-documents-text = Receipts, invoices and credit notes, each with its number.
client-no-documents = No documents yet
client-document = Document
client-no-bookings = No bookings yet
client-no-bookings-text = Payments and orders appear here.
client-entry-credit = Payment
client-entry-reserve = Set aside for an order
client-entry-charge = Order
client-entry-release = Set aside no longer
client-entry-refund = Refund
client-entry-purchase = Purchase
client-entry-purchase-refund = Refund of a purchase
client-document-kind-receipt = Receipt
client-document-kind-charge = Invoice
client-document-kind-refund = Credit note
client-document-lines = Lines of the document
client-seller = From
client-buyer = To
client-tax-number = Tax number { $number }
client-refers-to = Refers to { $number }.
client-print-hint = To save it as a PDF, print this page into a file.

# Profile
client-profile = About me
client-profile-saved = Saved.
client-language-hint = Also of the mails to you.
client-password = Password
client-current-password = Current password
client-new-password = New password
client-new-password-hint = At least 8 characters; a few words are better than signs.
client-change-password = Change the password
client-password-changed = The password is changed. Other browsers were signed out.
client-sessions = Signed-in browsers
client-browsers = Browsers
client-browser = Browser
client-address = Address
client-since = Since
client-seen-last = Last used
client-this-browser = this one
client-end-session = Sign out
client-session-ended = That browser is signed out.
client-tokens = Tokens of the API
client-tokens-made = Tokens in use
client-tokens-text = With a token, programs order and download for this account through the API.
client-no-tokens = No tokens
client-new-token = New token
client-token-name = What it is for
client-token-days = Works for
client-token-ends = Works until
client-token-no-end = without end
client-token-once = Copy the token now: it is shown this once.
client-make-token = Make a token
client-revoke = Revoke
client-token-revoked = The token does not work any more.
client-scopes = May
client-scope-services-read = See services
client-scope-orders-write = Order and change validation
client-scope-certificates-read = Download certificates
client-scope-balance-read = See the balance
