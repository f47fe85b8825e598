//! The door for the hot verbs: collects waiting orders and runs them all in one transaction.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::{Mutex, mpsc, oneshot};

use super::{Conn, Db};
use crate::error::{Error, Result};

/// Runs orders in the given sequence; one refused order leaves the others alone.
pub type RunBatch<O, R> = Arc<dyn Fn(&mut Conn, &[O]) -> Result<Ran<R>> + Send + Sync>;

/// What came of a batch.
pub struct Ran<R> {
    /// One for each order, in their sequence.
    pub results: Vec<Result<R>>,
    /// Something was done beside the orders, which stands even where all of them were refused.
    pub stands: bool,
}

impl<R> Default for Ran<R> {
    fn default() -> Self {
        Self { results: Vec::new(), stands: false }
    }
}

/// Orders that may wait. More than that and the caller is told to come back.
const QUEUE: usize = 10_000;
/// How long an order waits for its turn and its transaction. Who has given up before its turn came gets nothing booked.
const WAIT: Duration = Duration::from_secs(30);
/// How long the orders of a batch that failed are tried one by one. Each may wait for a lock as long as the batch did.
const PATIENCE: Duration = Duration::from_secs(10);

/// Silence after which a lane under load stops waiting for more orders, and how long it waits at all.
const SILENCE: Duration = Duration::from_millis(1);
const GATHER: Duration = Duration::from_millis(5);

type Waiting<O, R> = (O, oneshot::Sender<Result<R>>);

/// A queue of orders of one verb.
pub struct Batch<O, R> {
    queue: mpsc::Sender<Waiting<O, R>>,
}

/// How orders are collected.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Transactions at a time. SQLite has one writer, so more than one only waits there.
    pub lanes: usize,
    /// Orders in one transaction at most.
    pub most: usize,
}

impl Shape {
    /// `group`: orders in one transaction at most. PostgreSQL takes at most 64, because their rows stay locked. One such
    /// transaction at a time, unless each order has its own: several would wait for each other's rows, and each of them
    /// would pay the round trips for fewer orders.
    pub fn of(db: &Db, group: usize) -> Self {
        match (db.is_sqlite(), group) {
            (true, _) => Self { lanes: 1, most: group },
            (false, 1) => Self { lanes: 4, most: 1 },
            (false, _) => Self { lanes: 1, most: group.min(64) },
        }
    }
}

impl<O, R> Batch<O, R>
where
    O: Clone + Send + Sync + 'static,
    R: Send + 'static,
{
    /// Starts the lanes on the current runtime.
    pub fn start(db: &Db, shape: Shape, run: RunBatch<O, R>) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..shape.lanes {
            tokio::spawn(lane(db.clone(), Arc::clone(&waiting), shape.most, Arc::clone(&run)));
        }
        Self { queue }
    }

    /// Waits for the order's transaction.
    ///
    /// # Errors
    /// The verb's refusal, or `unavailable`; nothing was changed for this order then.
    pub async fn submit(&self, order: O) -> Result<R> {
        let (answer, receiver) = oneshot::channel();
        self.queue.try_send((order, answer)).map_err(|_| Error::unavailable("too many orders are waiting"))?;
        let answer = tokio::time::timeout(WAIT, receiver).await;
        answer
            .map_err(|_| Error::unavailable("the orders before it take too long"))?
            .map_err(|_| Error::unavailable("the order was given up"))?
    }
}

async fn lane<O, R>(db: Db, waiting: Arc<Mutex<mpsc::Receiver<Waiting<O, R>>>>, most: usize, run: RunBatch<O, R>)
where
    O: Clone + Send + Sync + 'static,
    R: Send + 'static,
{
    let mut answered = 0;
    loop {
        // The lock is held only while collecting: the next lane collects while this one works.
        let mut taken = next_batch(&mut *waiting.lock().await, answered, most).await;
        if taken.is_empty() {
            return;
        }
        answered = taken.len();
        taken.retain(|(_, answer)| !answer.is_closed());
        let (mut orders, mut answers): (Vec<O>, Vec<_>) = taken.into_iter().unzip();
        if orders.len() <= 1 {
            for (order, answer) in orders.drain(..).zip(answers.drain(..)) {
                // A caller that has gone away is told nothing; its order stands.
                let _ = answer.send(alone(&db, &run, order).await);
            }
            continue;
        }
        let orders = Arc::new(orders);
        let together = {
            let (orders, run) = (Arc::clone(&orders), Arc::clone(&run));
            db.write(move |conn| run(conn, &orders)).await
        };
        match together {
            Ok(ran) => {
                for (answer, result) in answers.into_iter().zip(ran.results) {
                    let _ = answer.send(result);
                }
            }
            Err(error) if error.is_of_connection() => {
                for answer in answers {
                    let _ = answer.send(Err(error.clone()));
                }
            }
            // One order must not take the others down with it: each alone, for as long as somebody waits.
            Err(_) => {
                let began = Instant::now();
                for (order, answer) in orders.iter().cloned().zip(answers) {
                    let result = match began.elapsed() < PATIENCE {
                        true => alone(&db, &run, order).await,
                        false => Err(Error::unavailable("the orders before it took too long")),
                    };
                    let _ = answer.send(result);
                }
            }
        }
    }
}

/// Waits for orders. Who has just been answered together asks again together, a moment after the transaction that
/// answered them: taking only what had come meanwhile would split callers into two turns of half the size for ever, and
/// the round trips are the cost of a transaction. So under load it waits for as many as may come, while they keep coming.
///
/// `answered`: orders of the last batch. Empty when there will be no more.
async fn next_batch<T>(queue: &mut mpsc::Receiver<T>, answered: usize, most: usize) -> Vec<T> {
    let mut taken = Vec::new();
    queue.recv_many(&mut taken, most).await;
    // A lone caller is never kept waiting.
    let expected = if answered > 1 { most.min(taken.len() + answered) } else { 0 };
    let began = Instant::now();
    while taken.len() < expected && began.elapsed() < GATHER {
        let room = most - taken.len();
        if !matches!(tokio::time::timeout(SILENCE, queue.recv_many(&mut taken, room)).await, Ok(1..)) {
            break;
        }
    }
    taken
}

/// Runs one order in a transaction of its own; a refusal rolls back what was only looked at, unless something stands.
async fn alone<O, R>(db: &Db, run: &RunBatch<O, R>, order: O) -> Result<R>
where
    O: Clone + Send + Sync + 'static,
    R: Send + 'static,
{
    let run = Arc::clone(run);
    let no_answer = || Err(Error::internal("a batch of one gave no answer"));
    let run = move |conn: &mut Conn| {
        let Ran { mut results, stands } = run(conn, &[order])?;
        let result = results.pop().unwrap_or_else(no_answer);
        if stands { Ok(result) } else { result.map(Ok) }
    };
    db.write(run).await?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_asks_again_at_once_comes_into_the_same_batch() {
        let (queue, mut waiting) = mpsc::channel(8);
        queue.send(1).await.unwrap();
        queue.send(2).await.unwrap();
        let later = tokio::spawn(async move {
            tokio::task::yield_now().await;
            for order in 3..=4 {
                queue.send(order).await.unwrap();
            }
            queue
        });
        assert_eq!(next_batch(&mut waiting, 2, 64).await, [1, 2, 3, 4]);
        drop(later.await);
        assert_eq!(next_batch(&mut waiting, 4, 64).await, [0; 0], "there will be no more");
    }

    #[tokio::test]
    async fn nobody_waits_for_callers_who_do_not_come() {
        let (queue, mut waiting) = mpsc::channel(8);
        for (order, answered) in [(1, 0), (2, 1)] {
            queue.send(order).await.unwrap();
            let at_once = tokio::time::timeout(Duration::ZERO, next_batch(&mut waiting, answered, 64)).await;
            assert_eq!(at_once.expect("a lone caller does not wait"), [order]);
        }
        queue.send(3).await.unwrap();
        assert_eq!(next_batch(&mut waiting, 63, 64).await, [3], "after a silence, whoever is there");
    }

    #[tokio::test]
    async fn no_batch_is_larger_than_a_transaction_may_be() {
        let (queue, mut waiting) = mpsc::channel(8);
        for order in 0..5 {
            queue.send(order).await.unwrap();
        }
        assert_eq!(next_batch(&mut waiting, 3, 3).await, [0, 1, 2]);
        drop(queue);
        assert_eq!(next_batch(&mut waiting, 3, 3).await, [3, 4]);
    }
}
