//! The door for small looks that every call takes: whoever comes while one is under way waits for the next, which is for
//! all of them. Under load many callers share one round trip; alone, nobody waits for anybody.

use std::{collections::HashMap, hash::Hash, sync::Arc};

use tokio::sync::{mpsc, oneshot};

use super::{ANSWER_WAIT, Conn, Db, within};
use crate::error::{Error, Result};

/// Finds what there is for these keys.
pub type Look<K, V> = Arc<dyn Fn(&mut Conn, &[K]) -> Result<HashMap<K, V>> + Send + Sync>;

/// Callers that may wait. More than that and they are told to come back.
const QUEUE: usize = 10_000;
/// Keys in one look at most.
const MOST: usize = 256;

type Waiting<K, V> = (K, oneshot::Sender<Result<Option<V>>>);

/// A queue of looks of one kind.
pub struct Gather<K, V> {
    queue: mpsc::Sender<Waiting<K, V>>,
}

impl<K, V> Gather<K, V>
where
    K: Copy + Eq + Hash + Send + Sync + 'static,
    V: Copy + Send + Sync + 'static,
{
    /// Starts on the current runtime.
    pub fn start(db: &Db, look: Look<K, V>) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(answer(db.clone(), waiting, look));
        Self { queue }
    }

    /// What the database holds for a key, read after this was called.
    ///
    /// # Errors
    /// What the look returns, or `unavailable`.
    pub async fn get(&self, key: K) -> Result<Option<V>> {
        let (answer, receiver) = oneshot::channel();
        self.queue.try_send((key, answer)).map_err(|_| Error::unavailable("too many calls are waiting"))?;
        // Behind a look that gets no answer nobody waits longer than for one of their own.
        let answered = async { receiver.await.map_err(|_| Error::unavailable("the look was given up"))? };
        within(ANSWER_WAIT, answered).await
    }
}

async fn answer<K, V>(db: Db, mut waiting: mpsc::Receiver<Waiting<K, V>>, look: Look<K, V>)
where
    K: Copy + Eq + Hash + Send + Sync + 'static,
    V: Copy + Send + Sync + 'static,
{
    loop {
        let mut taken = Vec::new();
        if waiting.recv_many(&mut taken, MOST).await == 0 {
            return;
        }
        let (keys, look): (Vec<K>, _) = (taken.iter().map(|(key, _)| *key).collect(), Arc::clone(&look));
        let found = db.read(move |conn| look(conn, &keys)).await;
        for (key, answer) in taken {
            let found = found.as_ref().map(|found| found.get(&key).copied()).map_err(Clone::clone);
            // A caller that has gone away is told nothing.
            let _ = answer.send(found);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    };

    use super::{Arc, Error, Gather, Look};
    use crate::db::testing::scratch;

    #[tokio::test]
    async fn everybody_gets_their_own_answer_and_looks_are_shared() {
        let (db, looks) = (scratch(), Arc::new(AtomicUsize::new(0)));
        let (counted, (open, gate)) = (Arc::clone(&looks), mpsc::channel::<()>());
        let gate = Mutex::new(gate);
        let look: Look<u32, u32> = Arc::new(move |_, keys| {
            if counted.fetch_add(1, Ordering::SeqCst) == 0 {
                // The first is under way until everybody has come.
                gate.lock().unwrap().recv().unwrap();
            }
            Ok(keys.iter().filter(|key| **key % 10 != 0).map(|key| (*key, key * 2)).collect())
        });
        let gather = Gather::start(&db, look);
        let everybody = futures::future::join_all((0..500).map(|key| gather.get(key)));
        let (answers, ()) = futures::future::join(everybody, async { open.send(()).unwrap() }).await;
        for (key, answer) in (0..).zip(answers) {
            assert_eq!(answer.unwrap(), (key % 10 != 0).then_some(key * 2));
        }
        assert!(looks.load(Ordering::SeqCst) <= 4, "{} looks", looks.load(Ordering::SeqCst));
    }

    #[tokio::test]
    async fn a_look_that_fails_fails_for_those_who_waited_for_it_only() {
        let (db, broken) = (scratch(), Arc::new(AtomicUsize::new(1)));
        let breaks = Arc::clone(&broken);
        let look: Look<u32, u32> = Arc::new(move |_, keys| match breaks.swap(0, Ordering::SeqCst) {
            0 => Ok(keys.iter().map(|key| (*key, *key)).collect()),
            _ => Err(Error::unavailable("broken")),
        });
        let gather = Gather::start(&db, look);
        assert!(gather.get(1).await.is_err());
        assert_eq!(gather.get(1).await.unwrap(), Some(1));
    }
}
