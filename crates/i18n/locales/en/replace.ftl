# Replace now: many certificates issued again within hours.

nav-replacements = Replace now
replace-title = Replace certificates
replace-text = Issues many certificates again within hours: for a mass revocation, or because keys may be known. First you see what will happen; nothing begins before you confirm.
replace-list-text = Runs that replace many certificates at once.
replace-none-title = Nothing was replaced yet
replace-none-text = When a CA must revoke certificates within 24 hours, this is where they are replaced.
replace-which = Which certificates
replace-by = How are they chosen?
replace-by-filter = By filter
replace-by-filter-hint = Every service that the filters leave, as in the list of services.
replace-by-list = By list
replace-by-list-hint = Serial numbers, names or service numbers that you paste.
replace-one-account = Only the services of one client are chosen.
replace-listed = List
replace-listed-hint = One certificate per line, also lines of a table: a service number (S-1042), a serial number in hexadecimal, or a name. Very long lists: certbroker replacement start --file.
replace-how = How
replace-hours = Hours until all must be replaced
replace-hours-hint = 24 for a revocation that cannot wait, 120 where the rules allow five days (BR 4.9.1.1).
replace-why = Reason
replace-why-hint = For the audit trail and everybody who works on it.
replace-preview = Show what will happen
replace-preview-title = What will happen
replace-nothing = Nothing of this selection can be replaced.
replace-will = { $count ->
    [one] { $count } certificate is replaced
   *[other] { $count } certificates are replaced
}
replace-will-text = A new key is made where the key is kept here; otherwise the client's request is used again. Nothing is bought, and the old certificates stay valid until the CA revokes them. Clients are told when they have something to do and when there is something to install.
replace-start = { $count ->
    [one] Replace { $count } certificate now
   *[other] Replace { $count } certificates now
}
replace-modules = By processing module
replace-certificates = Certificates
replace-unattended = Unattended
replace-limits = Limits
replace-per-second = { $count ->
    [one] { $count } call a second
   *[other] { $count } calls a second
}
replace-no-limit = calls without limit
replace-at-once = { $count } at the same time
replace-takes = Takes about
replace-seconds = { $count ->
    [one] { $count } second
   *[other] { $count } seconds
}
replace-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
replace-hours-count = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
replace-too-late = Longer than the deadline leaves: raise the module's limits, if its CA allows that, and warn the clients.
replace-attended = Somebody has to do something
replace-attended-text = These are begun first, so that people know early. They wait until it is done.
replace-skipped = Not replaced
replace-unknown = { $count ->
    [one] { $count } line stands for no certificate in use:
   *[other] { $count } lines stand for no certificate in use:
}
replace-order = The first to be begun
replace-needs = Needs
replace-needs-nobody = Nobody
replace-needs-client = The client
replace-needs-person = Staff
replace-why-by-hand = the CA reissues such certificates only by hand; each becomes a task
replace-why-manual-mode = automatic work is switched off
replace-why-request = the client has to bring a request
replace-why-record = the client publishes a DNS record, because no zone is connected
replace-why-file = the client publishes a file
replace-why-mail = the client answers a mail
replace-not-suspended = The service is suspended.
replace-not-not-issued = There is no certificate yet.
replace-not-over = The service is over.
replace-not-term-over = The paid term is over.
replace-not-no-module = No processing module is known.
replace-not-other-run = Another run that is not over replaces it.
replace-not-closing = The service is being closed.
replace-deadline = Deadline
replace-begun = Begun
replace-ended = Over
replace-started-by = Started by
replace-replaced = Replaced
replace-open = Open
replace-state-running = Running
replace-state-paused = Paused
replace-state-cancelled = Rest cancelled
replace-state-done = Over
replaced-state-queued = Not begun
replaced-state-begun = Under way
replaced-state-replaced = Replaced
replaced-state-failed = Failed
replaced-state-left = Left
replaced-state-skipped = Not replaced
replace-facts = This run
replace-expected = At this pace until
replace-progress = Share that is replaced
replace-waits = Those under way wait for
replace-waits-us = certbroker
replace-waits-clients = Clients
replace-waits-ca = The CA
replace-waits-staff = Staff, by tasks
replace-waits-away = A CA that is away
replace-held-no-module = the module is gone
replace-held-rests = waits until the CA can be reached
replace-held-manual-mode = waits: automatic work is switched off
replace-pause = Pause
replace-resume = Go on
replace-cancel = Cancel the rest
replace-cancel-text = { $count ->
    [one] { $count } certificate that was not begun stays as it is. What is under way goes on.
   *[other] { $count } certificates that were not begun stay as they are. What is under way goes on.
}
replace-report = Report as CSV
replace-place = Place
replace-old-serial = Old serial number
replace-new-serial = New serial number
replace-what-now = What happens
replace-started = { $number } was started.
replace-paused = No more is begun until you go on.
replace-resumed = It goes on.
replace-cancelled = What was not begun stays as it is.
replace-these = Replace now…
replace-these-hint = The services that are ticked; without a tick, all that the filters leave.
services-tick = Choose
services-tick-one = Choose { $number }

# Refusals
refused-nothing-selected = Nothing is selected that could be replaced.
refused-too-many = One run replaces at most 200,000 certificates. Narrow the selection.
refused-search-too-wide = The search finds more services than it can look at. Make it narrower, or choose by another filter.
refused-selection-changed = The selection has changed since it was shown. Look at it again.
refused-not-running = The run is not running.
refused-not-paused = The run is not paused.
