#!/bin/sh
# A module in forty lines, to show that the host drives whatever follows the protocol. Its CA is a file with a certificate.
mgrctl() { SSH_CONNECTION=pmsample.sh sbin/mgrctl -m billmgr -o xml "$@"; }
setting() { mgrctl paramlist | sed -n "s:.*<$1>\(.*\)</$1>.*:\1:p"; }
sql() {
    mariadb --no-defaults --batch --skip-column-names --socket="$(setting DBSocket)" --user="$(setting DBUser)" \
        --password="$(setting DBPassword)" "$(setting DBName)" --execute "$1"
}
refuse() {
    error="<doc><error type=\"$1\" object=\"$2\"><param name=\"value\">$3</param></error></doc>"
    [ -n "$runningoperation" ] && mgrctl runningoperation.edit sok=ok elid="$runningoperation" errorxml="$error" >/dev/null
    echo "$error"
    exit 1
}
while [ $# -gt 1 ]; do
    case $1 in
        --command) command=$2 ;;
        --item) item=$2 ;;
        --runningoperation) runningoperation=$2 ;;
        --module) module=$2 ;;
    esac
    shift 2
done
[ "$command" = features ] || [ ! -e etc/billmgr.DoNothing ] || exit 0
case $command in
    features)
        echo '<doc><itemtypes><itemtype name="certificate"/></itemtypes>'
        echo '<params><param name="url"/><param name="password" crypted="yes"/></params><features>'
        for name in check_connection tune_connection usercreate approver sync_item getbalance; do echo "<feature name=\"$name\"/>"; done
        echo '</features><templates><template id="sample"/></templates></doc>' ;;
    tune_connection) cat ;;
    usercreate) echo '<doc><outerlink>https://ca.example/join</outerlink></doc>' ;;
    check_connection) grep -q '<password>right</password>' || refuse invalid_login_or_passwd '' '' ;;
    approver) echo '<doc><domain name="example.org"><approver>admin@example.org</approver></domain></doc>' ;;
    open)
        [ "$(sql "SELECT trycount FROM runningoperation WHERE id = $runningoperation")" -ge "$(cat tmp/good_try)" ] \
            || refuse api_error '' 'Not yet &amp; not &lt;now&gt;'
        mgrctl service.saveparam sok=ok elid="$item" name=custom_order_id value=77 >/dev/null
        mgrctl service.saveparam sok=ok elid="$item" name=database_time value="$(sql 'SELECT CURDATE()')" >/dev/null
        mgrctl service.setstatus elid="$item" service_status=3 >/dev/null
        mgrctl service.postopen sok=ok elid="$item" >/dev/null ;;
    sync_item)
        [ -e tmp/issued.pem ] || { mgrctl service.setstatus elid="$item" service_status=4 >/dev/null; exit 0; }
        mgrctl certificate.save elid="$item" crt="$(cat tmp/issued.pem)" >/dev/null
        mgrctl service.setstatus elid="$item" service_status=5 >/dev/null
        mgrctl service.setexpiredate elid="$item" expiredate=2021-10-20 >/dev/null
        mgrctl certificate.open sok=ok elid="$item" >/dev/null ;;
    getbalance) mgrctl processing.savebalance sok=ok processingmodule="$module" balance=12.50 currency=EUR >/dev/null ;;
    suspend | resume | close) mgrctl "service.post$command" sok=ok elid="$item" >/dev/null ;;
    write) sql 'UPDATE item SET status = 2' 2>&1 ;;
    *) refuse 'unknown command' '' "$command" ;;
esac
