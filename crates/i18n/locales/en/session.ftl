# Pages for somebody who is not signed in.

session-name = Your name
session-email = E-mail
session-password = Password
session-new-password = Password
session-password-hint = { $count ->
    [one] At least { $count } character. A few words in a row are easy to remember.
   *[other] At least { $count } characters. A few words in a row are easy to remember.
}
session-to-sign-in = Sign in
session-to-register = Register as a client
session-to-reset = Forgot the password?

session-set-up-title = Set up certbroker
session-set-up-text = Nobody is registered yet. The first administrator is made here, once.
session-set-up-token = Set-up token
session-set-up-token-hint = Printed by the server when it started.
session-set-up-submit = Create the administrator

session-sign-in-title = Sign in

session-code-title = Second factor
session-code-text = Enter the code that your authenticator app shows now.
session-code = Code of six digits
session-recovery = I cannot use the app
session-recovery-code = Recovery code
session-recovery-hint = Each recovery code works once.
session-recovery-title = Keep your recovery codes
session-recovery-text = With one of these you can sign in when the app is lost. They are shown only now; print them or keep them in a safe place.
session-recovery-kept = I have kept them

session-enrol-title = Set up the second factor
session-enrol-text = Staff sign in with a password and a code. Scan the picture with an authenticator app, then enter the code that it shows.
session-enrol-picture = QR code for the authenticator app
session-enrol-secret = Or type this secret into the app
session-enrol-code-hint = The code changes every 30 seconds.
session-enrol-submit = Switch on the second factor

session-register-title = Register
session-register-text = An account for buying certificates.
session-register-kind = Who buys?
session-register-account = Name of the company
session-register-country = Country
session-register-country-hint = Two letters, such as DE.
session-register-currency = Currency
session-register-submit = Register
session-register-sent-title = Look into your mailbox
session-register-sent-text = We sent a mail to the address that you gave. Follow the link in it to confirm the address.

session-confirm-title = Confirm your address
session-confirm-text = Press the button to confirm that this mail address is yours.
session-confirm-submit = Confirm the address
session-confirmed = Your address is confirmed. You can sign in now.

session-reset-title = Forgot the password?
session-reset-text = We send a link to your mail address; it sets a new password.
session-reset-submit = Send the link
session-reset-sent-title = Look into your mailbox
session-reset-sent-text = If this address is registered, a mail with a link is on its way. The link works for a short time only.

session-new-password-title = New password
session-new-password-text = Every browser that is signed in will be signed out.
session-new-password-submit = Set the password
session-password-changed = The password is changed. Sign in with it now.

session-again-title = Your password again
session-again-text = What you want to do matters, so please confirm that it is you.

session-signed-out = You are signed out.

account-kind-person = A person
account-kind-company = A company
