# Having a certificate issued again.

reissue-title = Reissue the certificate
reissue-text = You get a new certificate for the rest of the paid term at no cost. The certificate in use stays valid until you have installed the new one.
reissue-cause = Why
reissue-cause-due = It is due
reissue-cause-key-lost = The private key was lost
reissue-cause-key-compromised = Somebody else may have the private key
reissue-cause-request = I want to use another key or signing request
reissue-cause-names = Names come in addition or fall away
reissue-cause-by-ca = The CA issued it again
reissue-cause-replace-now = Many certificates are replaced
reissue-cause-other = Another reason
reissue-names-hint = One name per line. The first name stays. Further names are paid before the reissue; you see the price first.
reissue-before = As before
reissue-before-stored = We make a new key and keep it for you as before.
reissue-before-client = The last signing request is used again, with the key that you have.
reissue-added = In addition: { $names }.
reissue-removed = No longer in the certificate: { $names }. The CA may revoke certificates that hold these names, so install the new one soon.
reissue-short = The balance is not enough: { $available } is available.
reissue-submit = Reissue
reissue-agree = Agree and reissue
reissue-started = The reissue has begun ({ $number }).
action-reissue = Reissue
