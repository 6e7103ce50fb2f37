//! The rows of a round, several customers at a time: a row's time is spent waiting for the core, and a morning on which
//! everybody pays has many of them.

use std::collections::BTreeMap;

use futures_util::{StreamExt as _, stream};
use identity::CustomerId;

/// Customers whose rows a node works on at the same time.
const AT_ONCE: usize = 8;

/// Does every row; whose row comes first has the first turn. Those of one customer are done one after another, in their
/// order: what one takes from an account, the next doesn't find there.
pub(super) async fn customer_by_customer<T, W>(
    rows: impl Iterator<Item = (CustomerId, T)>,
    work: impl Fn(T) -> W,
) where
    W: Future<Output = ()>,
{
    let (mut turns, mut turn_of) = (Vec::<Vec<T>>::new(), BTreeMap::new());
    for (customer, row) in rows {
        let turn = *turn_of.entry(customer).or_insert(turns.len());
        match turns.get_mut(turn) {
            Some(rows) => rows.push(row),
            None => turns.push(vec![row]),
        }
    }
    let work = &work;
    stream::iter(turns)
        .for_each_concurrent(AT_ONCE, |rows| async move {
            for row in rows {
                work(row).await;
            }
        })
        .await;
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Customers and rows of each.
    const CUSTOMERS: u128 = 20;
    const ROWS: usize = 3;

    #[derive(Default)]
    struct Seen {
        running: Vec<CustomerId>,
        most: usize,
        done: BTreeMap<CustomerId, Vec<usize>>,
    }

    #[tokio::test]
    async fn several_customers_at_a_time_and_each_of_them_in_order() {
        let customers: Vec<CustomerId> = (0..CUSTOMERS)
            .map(|n| kit::ids::export::Uuid::from_u128(n).into())
            .collect();
        let rows = (0..ROWS).flat_map(|row| customers.iter().map(move |id| (*id, (*id, row))));
        let seen = Mutex::new(Seen::default());
        customer_by_customer(rows, async |(customer, row)| {
            {
                let mut seen = seen.lock().expect("a lock");
                assert!(!seen.running.contains(&customer), "two rows of one customer");
                seen.running.push(customer);
                seen.most = seen.most.max(seen.running.len());
            }
            for _ in 0..3 {
                tokio::task::yield_now().await;
            }
            let mut seen = seen.lock().expect("a lock");
            seen.running.retain(|id| *id != customer);
            seen.done.entry(customer).or_default().push(row);
        })
        .await;
        let seen = seen.into_inner().expect("a lock");
        assert_eq!(seen.most, AT_ONCE);
        assert_eq!(seen.done.len(), customers.len());
        assert!(seen.done.values().all(|rows| *rows == [0, 1, 2]));
    }
}
