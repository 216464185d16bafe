# What our own look at a domain found, and the one thing to do next.

# The validation record
dns-cname-right = All name servers show the record.
dns-cname-not-everywhere = { $agreeing } of { $asked } name servers show the record. Without it: { $servers }.
dns-cname-other-target = The record points to { $target }.
dns-cname-target-has-zone-appended = The record points to { $target }: the domain was appended to the target.
dns-cname-name-has-zone-appended = The record stands at { $name }: the domain was appended twice.
dns-cname-missing = There is no such record yet.
dns-cname-servers-fail = No name server of the domain gives an answer: { $error }.
dns-cname-dnssec-fails = The record is there, but the DNSSEC signatures of the domain are wrong, so no CA accepts it.
dns-cname-no-zone = The domain has no name servers.
dns-cname-cannot-look = We could not look the record up: { $error }.

# CAA
dns-caa-unrestricted = No CAA record restricts who may issue certificates.
dns-caa-allowed = The CAA record at { $name } allows this CA: { $record }
dns-caa-allowed-with-conditions = The CAA record at { $name } allows this CA under conditions: { $record }
dns-caa-blocked-other-issuers = The CAA records at { $name } allow other CAs only: { $record }
dns-caa-blocked-nobody = The CAA records at { $name } allow no CA at all: { $record }
dns-caa-blocked-unknown-critical = A critical CAA record at { $name } has a meaning that CAs do not know: { $record }
dns-caa-blocks-method = The CAA record at { $name } lists methods without the one that is used, so this CA may not issue: { $record }
dns-caa-will-block-method = The CAA record at { $name } lists methods without the one that is used; from { $date } CAs must heed that: { $record }
dns-caa-dnssec-fails = The DNSSEC signatures of { $name } are wrong, so no CA may issue.
dns-caa-servers-fail = No name server tells the CAA records of { $name }: { $error }.
dns-caa-cannot-look = We could not look the CAA records of { $name } up: { $error }.

# The validation file
dns-file-right = Every address of the host shows the file.
dns-file-not-everywhere = { $agreeing } of { $asked } addresses of the host show the file. Without it: { $addresses }.
dns-file-other-content = The page answers with status { $status } and other content: { $excerpt }
dns-file-status = The web server answers with status { $status }: { $excerpt }
dns-file-no-address = The host has no address.
dns-file-not-public = The host has the address { $address }, which is not reachable from the internet.
dns-file-unreachable = The web server cannot be reached: { $error }.
dns-file-bad-redirect = The page redirects to where CAs do not follow: { $error }.
dns-file-dnssec-fails = The file is there, but the DNSSEC signatures of the host are wrong, so no CA goes there.
dns-file-servers-fail = No name server tells the address of the host: { $error }.
dns-file-cannot-look = We could not look the host up: { $error }.

# What a server showed just now
dns-seen-record = the record as expected
dns-seen-other-target = a CNAME to { $target }
dns-seen-no-cname = the name exists, without a CNAME
dns-seen-no-name = there is no such name
dns-seen-file = the file with the right content
dns-seen-other-content = other content: { $excerpt }
dns-seen-status = HTTP status { $status }

# Why there is nothing to look at
no-record = The CA has not said yet which record it wants to see.
no-file = The CA has not said yet which file it wants to see.
by-mail = The mail with the link has to be answered.

# Why a name server gave no answer
dns-server-timed-out = no answer in time
dns-server-connection-refused = the connection was refused
dns-server-no-route = no route from here
dns-server-network = a network error
dns-server-failure = the server reports a failure (SERVFAIL)
dns-server-failed = the server answers with an error
dns-server-not-authoritative = the server does not know the domain
dns-server-malformed = the answer could not be read
dns-server-no-address = the server’s name has no address
dns-server-address-not-public = the server’s address is not public
dns-resolver-failed = our resolver gave no answer
dns-no-resolver = no resolver is configured
dns-no-zone = the domain has no name servers

# Why a page was not fetched
dns-fetch-timed-out = no answer in time
dns-fetch-connection-refused = the connection was refused
dns-fetch-no-route = no route from here
dns-fetch-connection = the connection broke
dns-fetch-tls = TLS failed
dns-fetch-not-http = the answer is not HTTP
dns-fetch-no-address = the host has no address
dns-fetch-not-public = the address is not public
dns-fetch-redirect = the address must not be followed
dns-fetch-too-many-redirects = too many redirects

# Why a record was not published
dns-publish-outside-zone = The name lies outside the zone of this publisher.
dns-publish-bad-value = The value cannot be written as a record.
dns-publish-name-taken = Another record stands at this name; it was left alone.
dns-publish-server = The name server for updates gave no usable answer.
dns-publish-key-refused = The name server for updates does not accept the key.
dns-publish-clock-skew = The clock of the name server for updates differs from ours by more than five minutes.
dns-publish-refused = The name server for updates refused the change.
dns-publish-not-authentic = The answer of the name server for updates is not signed with our key.
dns-publish-encode = The change could not be written as a message.
dns-publish-look-up = The record could not be looked up.

# What to do next
dns-advice-let-the-ca-look = Nothing to do: the CA can check now.
dns-advice-create-record = Create the record exactly as shown, then check again.
dns-advice-correct-record = Replace the value by the one shown.
dns-advice-remove-doubled-zone = Your DNS panel appends the domain by itself: enter the name without it, or end it with a dot.
dns-advice-wait-for-servers = Wait until all name servers have taken the change over; if one stays behind, ask your DNS provider.
dns-advice-repair-servers = Ask your DNS provider to repair the name servers of the domain.
dns-advice-check-registration = Check that the domain is registered and its name servers are entered at the registrar.
dns-advice-repair-dnssec = Ask your DNS provider to repair DNSSEC, or remove the DS record at the registrar.
dns-advice-try-later = Check again in a few minutes.
dns-advice-change-caa = Add a CAA record that allows this CA, or remove the one shown.
dns-advice-put-file = Put the file with exactly the content shown at the address shown.
dns-advice-publish-address = Let the name point to a public address only.
dns-advice-create-address = Create an address record (A or AAAA) for the name.
dns-advice-open-port = Let the web server answer on this port from everywhere, without address or country filters.
dns-advice-remove-redirect = Serve the file without a redirect.
