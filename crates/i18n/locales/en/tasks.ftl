# Tasks, departments and operations: priorities, due dates, history, why something waits.

# Priorities
task-priority-low = Low
task-priority-normal = Normal
task-priority-high = High
task-priority-urgent = Urgent

# What a task says, in the language of its department
task-title = { $kind }: { $subject }
task-kind-service-ending = Certificate ends soon
task-todo-operation-manual = The operation cannot go on by itself. Start it again when its cause is gone, or finish it by hand.
task-todo-purchase-unclear = It is not certain whether the CA has the order. Look in the CA’s client area and decide on the operation’s page; until then nothing is bought.
task-todo-balance-low = The balance at the CA is below the minimum. Top up the account at the CA.
task-todo-module-broken = The CA cannot be used now. Nothing is lost: operations wait, and this task closes by itself when the CA answers again.
task-todo-credit-approval = A large credit waits for a second person. Decide on the page of credits.
task-todo-purchase-approval = A purchase is beyond a ceiling. A second person approves it or gives it up on the operation’s page.
task-todo-reissue-by-hand = The certificate must be reissued by hand at the CA. Then bring the new certificate on the service’s page; that closes this task.
task-todo-service-ending = The certificate ends within days and its operation cannot go on, because the CA is away. Look at the operation; another CA may have to issue.
task-todo-orphan-at-ca = The CA has an order that nothing here explains. Find out whose it is, and have it cancelled or take it over.
task-todo-plain = See below.

# The list
tasks-column-priority = Priority
tasks-column-due = Due
tasks-column-service-state = Service is
tasks-column-operation = Operation
tasks-due-never = no due date
tasks-overdue = overdue
tasks-filter-overdue = Overdue only
tasks-filter-due = Due
tasks-filter-free = Those of nobody
tasks-search = Number, title
tasks-count = { $count ->
    [one] { $count } task
   *[other] { $count } tasks
}
tasks-of-no-department = You are in no department
tasks-of-no-department-text = Tasks go to departments. An administrator adds you to one.
tasks-nothing-title = Nothing matches
tasks-nothing-text = Change the search or the filters.
tasks-counts = { $open ->
    [one] { $open } open task
   *[other] { $open } open tasks
}, { $overdue } overdue, { $mine } yours
tasks-bulk = With the chosen tasks
tasks-bulk-choose = Choose task { $number }
tasks-bulk-do = Do it
tasks-bulk-take = Take them
tasks-bulk-free = Give them back
tasks-bulk-done = Done
tasks-bulk-cancel = They fell away
tasks-bulk-priority = Priority: { $priority }
tasks-bulk-department = To department { $department }
tasks-bulk-nothing = No task was chosen.
tasks-bulk-changed = Changed: { $changed }; left as they were: { $refused }.

# One task
tasks-when = When
tasks-priority-set = The priority was set.
tasks-set = Set
tasks-due-hint = Empty: it may wait for ever.
tasks-due-set = The due date was set.
tasks-reopen = Open again
tasks-reopened = The task is open again.
tasks-history = History
tasks-no-history = Nothing was changed yet.
tasks-history-opened = made the task
tasks-history-given = gave it to { $who }
tasks-history-freed = gave it back
tasks-history-handed-over = handed it over to { $department }
tasks-history-priority = changed the priority from “{ $from }” to “{ $to }”
tasks-history-due = set the due date: { $to }
tasks-history-due-none = removed the due date
tasks-history-overdue = told the department that it is overdue
tasks-history-closed = closed it: { $state }
tasks-history-reopened = opened it again
tasks-act-as-client = Act for this client
tasks-restart-operation = Start the operation again
tasks-service = Service
tasks-service-hint = Its number, when the task is about one.
refused-task-open = The task is open.
refused-task-open-again = The same trouble has a newer task already.
problem-unknown-service = There is no such service.
problem-hours-form = Write hours as 09:00-18:00.
problem-hours-order = The hours end before they begin.

# Departments
departments-language = Language of its tasks
departments-language-hint = Titles of tasks and mails to the department are written in it.
departments-hours = Business hours
departments-hours-hint = Due dates of tasks count these hours, in the time zone { $zone }; urgent tasks do not. Empty days are free; without any hours every hour counts.
departments-hours-always = round the clock
weekday-1 = Monday
weekday-2 = Tuesday
weekday-3 = Wednesday
weekday-4 = Thursday
weekday-5 = Friday
weekday-6 = Saturday
weekday-7 = Sunday

# Operations: why one waits
operations-why = Why is it waiting?
waiting-running = It runs now.
waiting-due = It is due and runs as soon as a worker is free.
waiting-module-busy = It is due; { $module } has as many operations running as it may have ({ $most }).
waiting-retry = The last attempt failed ({ $class }); attempt { $attempt } of { $most } follows { $when }.
waiting-ca-away = { $class } It is tried again { $when }, without counting attempts.
waiting-module-rests = { $module } rests until { $at }, because its CA could not be reached; one operation at a time tries it then.
waiting-proof-client = The client must prove control over { $names }.
waiting-proof-us = certbroker publishes the records for { $names } and waits until every name server shows them.
waiting-proof-ca = Everything is published for { $names }; the CA has not looked yet. It is asked again { $when }.
waiting-at-ca = The CA works on the order; it is asked again { $when }.
waiting-purchases-off = Purchases are switched off; it is tried again { $when }.
waiting-no-module = No processing module can take the order now; it is tried again { $when }.
waiting-outcome = It is not known whether the CA has the order; the CA is asked { $when }.
waiting-approval = A second person must approve the purchase.
waiting-decision = A person must find out whether the CA has the order.
waiting-manual-mode = Automatic work is switched off; a person must start it.
waiting-person = A person must look at it: { $reason }
waiting-scheduled = It is not due before { $at }.
waiting-later = { $reason } It is tried again { $when }.
waiting-task = See task { $task }.
error-class-manual-mode = Automatic work is switched off.
error-class-module-rests = The module rests, because its CA could not be reached.

# Operations: editing
operations-edit = Edit the data
operations-edit-text = What the CA gets can be changed until it has the order. Then the operation starts again with the new data.
operations-edit-submit = Save and start again
operations-edited = The data were changed; the operation starts again.
operations-edit-names = How each name is proven
operations-edit-csr = New signing request (PEM)
operations-edit-csr-hint = Empty: the request stays. A new one is for a key that the client keeps.
operations-edit-approver = Address for validation by mail
operations-column-task = Task
refused-at-the-ca = The CA has the order already, or may have it; its data cannot be changed any more.
refused-not-editable = Only an order that is being opened can be changed.

# Scheduled work
periodic-schedule = When
periodic-every-minutes = { $count ->
    [one] every minute
   *[other] every { $count } minutes
}
periodic-every-hours = { $count ->
    [one] every hour
   *[other] every { $count } hours
}
periodic-daily = every day at { $times }
periodic-took = Took
periodic-running = runs now
periodic-never = has not run yet
periodic-connections = Look whether CAs that were away are back
periodic-reissues = Reissue certificates that are due
periodic-renewals = Prolong and close paid terms
periodic-deadlines = Tell of overdue tasks and of certificates that end while their CA is away
periodic-operations = Operations
periodic-operations-due = Due and waiting for a worker
periodic-operations-running = Running
periodic-operations-retrying = Waiting after an error
periodic-operations-manual = With a person

# Modules: limits and manual mode
modules-limits = Limits
modules-limits-text = So that one slow CA neither takes all workers nor is called too often. Empty: as the installation is configured.
modules-calls-per-second = Calls a second
modules-calls-at-once = Calls at the same time
modules-calls-at-once-hint = As many operations of this module run at the same time.
modules-limit-usual = as configured
modules-automatic = Automatic work
modules-automatic-on = Operations run by themselves.
modules-automatic-off = Manual mode: every operation waits until a person starts it.
modules-automatic-switch-off = Switch to manual mode
modules-automatic-switch-off-text = Every operation through this module then waits as a task until a person starts it. What runs now comes to its end.
modules-automatic-switch-on = Work automatically again
modules-automatic-is-on = Operations run by themselves again.
modules-automatic-is-off = Operations wait for a person now.
modules-manual-mode = manual mode
setting-automatic-work = Operations run by themselves
setting-help-automatic-work = Switched off, every operation waits as a task until a person starts it.
operations-edit-first-name = First name
operations-edit-last-name = Last name
operations-edit-region = Region
operations-edit-city = City
operations-edit-street = Street
operations-edit-postal-code = Postal code
dashboard-overdue = { $count } overdue

# What a person is told who reissues at the CA
task-reissue-module = Processing module: { $module }
task-reissue-order = Order at the CA: { $order }
task-reissue-names = Names and how they are proven:
task-reissue-end-date = End date of the present certificate: { $date }
task-reissue-paid-till = Paid till: { $date }
task-reissue-contact = Contact: { $contact }
task-reissue-what-to-do = What to do: sign in to the CA’s client area, open the order, choose to reissue it with the request below and these names, have the names proven, download the certificate, and finish the operation with it here. Nothing is to be paid.
