//! The daemon: answers `mgrctl` on a local socket, keeps a record of every call, and, when told to, kills a caller in the middle.

use std::{io, sync::Arc};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{UnixListener, UnixStream},
    task::JoinHandle,
};

use crate::{
    call::{Answer, RecordedCall, Refusal, Request},
    error::{HostError, file_error},
    functions,
    host::Inner,
};

/// More than any certificate chain or journal needs.
const LARGEST_REQUEST: u64 = 16 * 1024 * 1024;

/// When a caller is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The call came in and had no effect.
    Before,
    /// The call had its effect and was not answered.
    After,
}

/// Which call a caller does not survive.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KillPlan {
    pub(crate) calls_left: usize,
    pub(crate) moment: Moment,
}

/// Listens until it is stopped.
pub(crate) fn start(host: &Arc<Inner>) -> Result<JoinHandle<()>, HostError> {
    let path = host.root.socket();
    // A socket left by a daemon that was stopped is not in use.
    let _ = std::fs::remove_file(&path);
    let listener = UnixListener::bind(&path).map_err(file_error(path))?;
    let host = Arc::downgrade(host);
    Ok(tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Some(host) = host.upgrade() else { return };
            tokio::spawn(async move {
                // A caller that went away has nothing to be told.
                let _ = serve(&host, stream).await;
            });
        }
    }))
}

async fn serve(host: &Arc<Inner>, mut stream: UnixStream) -> io::Result<()> {
    let mut bytes = Vec::new();
    (&mut stream)
        .take(LARGEST_REQUEST)
        .read_to_end(&mut bytes)
        .await?;
    let Some((caller, initiator, words)) = unpack(&bytes) else {
        return Err(io::Error::from(io::ErrorKind::InvalidData));
    };
    let (status, text) = match Request::parse(caller, initiator, words) {
        Ok(Request::Describe(function)) => functions::describe(&function).map_or_else(
            || (1, format!("ERROR missed(func): {function}\n")),
            |text| (0, text),
        ),
        Ok(Request::Call(call, format)) => {
            let function = call.function.clone();
            let answer = answer(host, call).await;
            let status = match &answer {
                Err(_) => host.switches.lock().error_status,
                Ok(_) => 0,
            };
            (status, format.render(&function, &answer))
        }
        Err(refusal) => (
            1,
            format!("ERROR {}({}): {}\n", refusal.kind, refusal.object, refusal.value),
        ),
    };
    stream.write_all(format!("{status}\n{text}").as_bytes()).await?;
    stream.shutdown().await
}

async fn answer(host: &Arc<Inner>, call: crate::call::Call) -> Result<Answer, Refusal> {
    let kill = due_kill(host);
    let caller = call.caller;
    if kill == Some(Moment::Before) {
        host.kill(caller);
        return Err(Refusal::new("client", "killed", ""));
    }
    let answer = functions::answer(host, &call).await;
    let refused = answer.as_ref().err().map(|refusal| refusal.kind.to_owned());
    host.calls.lock().push(RecordedCall { call, refused });
    if kill == Some(Moment::After) {
        host.kill(caller);
    }
    answer
}

/// Counts a call down and says whether its caller dies.
fn due_kill(host: &Inner) -> Option<Moment> {
    let mut switches = host.switches.lock();
    let plan = switches.kill.as_mut()?;
    plan.calls_left = plan.calls_left.saturating_sub(1);
    if plan.calls_left > 0 {
        return None;
    }
    switches.kill.take().map(|plan| plan.moment)
}

/// Words as `length, newline, bytes`: the caller's process, its `SSH_CONNECTION`, the arguments.
fn unpack(bytes: &[u8]) -> Option<(u32, String, Vec<String>)> {
    let mut words = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let (head, tail) = rest.split_at_checked(end)?;
        let length: usize = std::str::from_utf8(head).ok()?.parse().ok()?;
        let (word, tail) = tail.get(1..)?.split_at_checked(length)?;
        words.push(String::from_utf8_lossy(word).into_owned());
        rest = tail;
    }
    let mut words = words.into_iter();
    let caller = words.next()?.parse().ok()?;
    Some((caller, words.next()?, words.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_with_line_ends_arrive_whole() {
        let (caller, initiator, words) = unpack(b"2\n123\npmx3\na\nb0\n").unwrap();
        assert_eq!((caller, initiator.as_str()), (12, "pmx"));
        assert_eq!(words, ["a\nb", ""]);
        for bad in [&b"5\nab"[..], b"x\nab", b"12", b""] {
            assert!(unpack(bad).is_none());
        }
    }
}
