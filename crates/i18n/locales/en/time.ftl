# Lengths of time, and distances from now.

time-just-now = just now
time-ago = { $span } ago
time-in = in { $span }

time-seconds = { $count ->
    [one] { $count } second
   *[other] { $count } seconds
}
time-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
time-hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
time-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
time-months = { $count ->
    [one] { $count } month
   *[other] { $count } months
}
time-years = { $count ->
    [one] { $count } year
   *[other] { $count } years
}

# Beside "ago" and "in".
time-relative-seconds = { $count ->
    [one] { $count } second
   *[other] { $count } seconds
}
time-relative-minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
time-relative-hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
time-relative-days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
time-relative-months = { $count ->
    [one] { $count } month
   *[other] { $count } months
}
time-relative-years = { $count ->
    [one] { $count } year
   *[other] { $count } years
}
