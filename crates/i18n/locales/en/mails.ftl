# Mails: their kinds, their texts and the editor of them.

nav-mail-texts = Mail texts

mail-kind-reissued = Issued again: install
mail-kind-reissue-needs-you = Reissue needs the client
mail-kind-ending = Certificate ends
mail-kind-prolonged = Prolonged
mail-kind-not-enough-money = Not enough money
mail-kind-method-changed = Way of proof changed
mail-kind-closed = Service closed
mail-kind-suspended = Service suspended
mail-kind-resumed = Service resumed

mail-in-days = { $count ->
    [0] today
    [1] tomorrow
    [one] in { $count } day
   *[other] in { $count } days
}

mails-overtaken = not sent any more
mails-overtaken-replaced = the certificate was replaced meanwhile
mails-overtaken-not-active = the service is no longer active
mails-overtaken-settled = it was settled meanwhile
mails-overtaken-said-again = a newer mail says it
mails-failing-texts = { $count ->
    [one] { $count } changed mail text did not fit a mail. The shipped text was sent in its place.
   *[other] { $count } changed mail texts did not fit a mail. The shipped texts were sent in their place.
}

periodic-notices = Tell clients whose certificates end and have none after them

mail-texts-text = What mails say, in each language. A change holds for mails that are sent from then on.
mail-texts-mail = Mail
mail-texts-shipped = shipped
mail-texts-changed = changed
mail-texts-failing = does not fit
mail-texts-to-client = to the client
mail-texts-to-user = to whoever signs in
mail-texts-to-department = to a department
mail-texts-subject = Subject
mail-texts-body = Plain text
mail-texts-html = HTML
mail-texts-body-help = { "{{ name }}" } stands for a value, { "{% if name %} … {% endif %}" } for a part that may be missing. The link must be in it.
mail-texts-html-help = Values are escaped by themselves. The frame around it and the button come from the layout.
mail-texts-sample = Sample
mail-texts-sample-number = Sample { $number } of { $count }
mail-texts-preview = Preview
mail-texts-test = Send it to me
mail-texts-tested = A test mail went to { $address }.
mail-texts-saved = The text was saved. It holds from the next mail on.
mail-texts-restore = Back to the shipped text
mail-texts-restore-text = The changed text no longer holds. It stays among the former texts below.
mail-texts-restored = The shipped text holds again.
mail-texts-edited = The text
mail-texts-shown = How it looks
mail-texts-shown-html = The mail as HTML
mail-texts-names = Names that may be used
mail-texts-name = Name
mail-texts-meaning = Meaning
mail-texts-stands-for = For example
mail-texts-past = Former texts
mail-texts-past-to-own = Changed
mail-texts-past-to-shipped = Back to the shipped text
mail-texts-past-edit = Edit again
mail-texts-past-empty = The text was never changed
mail-texts-at-line = Line { $line }: { $detail }
mail-texts-failed = On { $when } a mail could not be written with this text, and the shipped one was sent: { $why }

problem-text-empty = There must be something here.
problem-text-too-long = This is too long, or has several lines where one may be.
problem-text-syntax = This cannot be read as a template.
problem-text-unknown-name = This mail has no such name.
problem-text-unknown-part = There is no such filter, function, block or text.
problem-text-endless = This takes too long.
problem-text-no-link = The link is missing: { "{{ link }}" }.
problem-text-other = This does not render.

refused-no-mail-server = No mail server is configured.
refused-no-own-address = You have no mail address here.
refused-mail-not-taken = The mail server did not take it: { $reason }

mail-name-service = Number of the service
mail-name-tariff-plan = Name of the tariff plan
mail-name-name = The main name
mail-name-names = All names in the certificate
mail-name-price = Amount
mail-name-link = Address of the page for the next step
mail-name-steps = What is to be done, name by name
mail-name-step-name = The name to be proven
mail-name-step-method = How: one of these words
mail-name-step-record = Type of the DNS record
mail-name-step-host = Name of the DNS record
mail-name-step-value = Value of the DNS record
mail-name-step-url = Address of the file
mail-name-step-content = Lines of the file
mail-name-step-address = Who gets the CA’s mail
mail-name-end-date = Last day of the certificate
mail-name-paid-till = End of the paid term
mail-name-former-end-date = Last day of the certificate before
mail-name-reason = Why, in words
mail-name-returned = What went back to the balance
mail-name-occasion = Why there is a new certificate: one of these words
mail-name-key = Whose private key it has: one of these words
mail-name-by = Until when
mail-name-days = Days until then
mail-name-in-days = The same in words
mail-name-why = Why: one of these words
mail-name-available = What the account can spend
mail-name-missing = What is missing
mail-name-until = Until when
mail-name-from = The former way of proof
mail-name-to = The new way of proof
mail-name-since = Since when
mail-name-by-us = Whether certbroker publishes the record
mail-name-valid-until = Until when the link works
mail-name-module = Name of the processing module
mail-name-balance = What the account at the CA holds
mail-name-minimum = Its minimal balance
mail-name-read-at = When the balance was read
mail-name-stopped = Whether nothing is bought meanwhile
mail-name-task = Number of the task
mail-name-title = What is to be done
mail-name-event = Why the mail is written: one of these words
mail-name-reasons = Why it came up, line by line
mail-name-department = Name of the department
mail-name-priority = How soon it must be done
mail-name-due = When it should be done
mail-name-seller = Your name
mail-name-support = Where questions go
mail-name-subject = The subject; not within the subject itself
