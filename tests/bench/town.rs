//! A city with families that are signed in and want to book: made once, copied for every round.

use std::{
    collections::HashMap,
    fmt::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use doorstep_shared::{
    Date, HalfHour, Span,
    accounts::Tokens,
    care::CareKind,
    children::Child,
    ids::{ChildId, NurseryId, OfferId},
    nurseries::Availability,
    slots::SlotPage,
};
use doorstep_tests::durable_cluster;
use rand::{SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};

use crate::{
    city::{City, memory},
    load::{self, Connection},
    process::{Running, SERVER_CORE, run_doorstep},
};

/// Families that book, with as many children each as a family brings at most.
const FAMILIES: usize = 500;
const CHILDREN: usize = 4;
/// Orders made: more than any round books.
const ORDERS: usize = 100_000;
/// Days on which they are, from two days ahead: no lead time plays a part then.
const DAYS: [u64; 2] = [2, 30];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Store {
    Sqlite,
    Postgres,
}

/// One hour of hourly care for one child, which fits whatever else of the list has been booked.
#[derive(Clone, Debug)]
pub struct Order {
    pub child: ChildId,
    pub offer: OfferId,
    pub date: Date,
    pub span: Span,
    /// Of its class on that day.
    pub seats: u16,
    /// Of its family.
    token: usize,
}

pub struct Town {
    /// Keys, and on SQLite the file.
    folder: PathBuf,
    /// On PostgreSQL the database.
    database: Option<String>,
    tokens: Vec<String>,
    pub orders: Vec<Order>,
}

impl Drop for Town {
    fn drop(&mut self) {
        // What is left lies in the temporary folder.
        let _ = std::fs::remove_dir_all(&self.folder);
        if let Some(database) = &self.database {
            durable_cluster(SERVER_CORE).drop_database(database);
        }
    }
}

/// Sign-ups come faster than from people.
const NO_LIMITS: [(&str, &str); 2] = [("DOORSTEP_CODES_PER_ADDRESS_HOUR", "0"), ("DOORSTEP_CODES_PER_MINUTE", "0")];

impl Town {
    /// So many nurseries with real bookings.
    pub fn make(store: Store, nurseries: u32) -> Result<Self, String> {
        let folder = memory().join(format!("doorstep-bench-town-{}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let database = (store == Store::Postgres).then(|| format!("bench_town_{}", std::process::id()));
        if let Some(database) = &database {
            durable_cluster(SERVER_CORE).copy_of_template(database);
        }
        let mut town = Self { folder, database, tokens: Vec::new(), orders: Vec::new() };
        println!("   making {nurseries} nurseries with real bookings on {store:?}, and {FAMILIES} families");
        City::fill(&town.folder, &town.url(), nurseries, true)?;
        load::pin_this_program();
        let server = Running::doorstep(&town.url(), &town.folder, &NO_LIMITS)?;
        let families = load::each(server.port, FAMILIES, family)?;
        let of = |(children, token): (&[Child], usize)| children.iter().map(|it| (it.id, token)).collect::<Vec<_>>();
        let children = families.iter().zip(0..).flat_map(|((_, children), token)| of((children, token)));
        town.orders = orders(&server, &children.collect::<Vec<_>>())?;
        town.tokens = families.into_iter().map(|(token, _)| token).collect();
        Ok(town)
    }

    pub fn url(&self) -> String {
        match &self.database {
            Some(database) => durable_cluster(SERVER_CORE).url(database),
            None => format!("sqlite:{}", self.folder.join("doorstep.db").display()),
        }
    }

    /// A copy to be spoilt.
    pub fn copy(&self) -> Result<Self, String> {
        // Where a commit costs what it costs.
        let folder = std::env::temp_dir().join(format!("doorstep-bench-copy-{}", std::process::id()));
        let copied = Command::new("cp").arg("-a").arg(&self.folder).arg(&folder).status();
        if !copied.is_ok_and(|status| status.success()) {
            return Err(format!("{} could not be copied", self.folder.display()));
        }
        if self.database.is_none() {
            // On disk before anything is measured.
            let synced = std::fs::File::open(folder.join("doorstep.db")).and_then(|file| file.sync_all());
            synced.map_err(|error| error.to_string())?;
        }
        let database = self.database.as_ref().map(|database| format!("{database}_copy"));
        if let (Some(from), Some(to)) = (&self.database, &database) {
            durable_cluster(SERVER_CORE).copy(from, to);
        }
        Ok(Self { folder, database, tokens: self.tokens.clone(), orders: self.orders.clone() })
    }

    pub fn serve(&self, settings: &[(&str, &str)]) -> Result<Running, String> {
        Running::doorstep(&self.url(), &self.folder, settings)
    }

    /// What `doorstep check` says of it.
    ///
    /// # Errors
    /// When it finds what must not be.
    pub fn check(&self) -> Result<String, String> {
        run_doorstep(&["check", "--data", &self.folder.display().to_string(), "--database-url", &self.url()])
    }

    pub fn file(&self) -> PathBuf {
        self.folder.join("doorstep.db")
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The order's call, ready to be sent.
    pub fn call(&self, number: usize) -> Option<String> {
        let order = self.orders.get(number)?;
        let body = format!(
            r#"{{"children":[{{"child_id":"{}","offer_id":"{}"}}],"days":[{{"date":"{}","from":"{}","to":"{}"}}]}}"#,
            order.child, order.offer, order.date, order.span.from, order.span.to
        );
        let token = self.tokens.get(order.token)?;
        let headers = format!("authorization: Bearer {token}\r\nidempotency-key: bench-{number}\r\n");
        Some(load::post_request("/api/v1/bookings", &headers, &body))
    }
}

/// Orders that all fit, in an order that mixes nurseries, days and families.
fn orders(server: &Running, children: &[(ChildId, usize)]) -> Result<Vec<Order>, String> {
    let nurseries = nurseries(server)?;
    let today = (chrono::Utc::now() + chrono::Duration::hours(8)).date_naive();
    let pages: Vec<_> =
        nurseries.iter().flat_map(|id| DAYS.map(|first| (*id, today + chrono::Days::new(first)))).collect();
    let answers: Vec<Availability> = load::each(server.port, pages.len(), |connection, number| {
        let (id, from) = pages[number];
        let path = format!("/api/v1/nurseries/{id}/availability?from={from}&days=28&care=hourly&age_months=20");
        let answer = connection.get(&path).map_err(|error| error.to_string())?;
        serde_json::from_str(&answer.body).map_err(|error| format!("{path}: {error}"))
    })?;
    // A child is in one place at a time: each hour of each day goes through the children by itself.
    let mut next: HashMap<(Date, u8), usize> = HashMap::new();
    let mut orders = Vec::new();
    for day in answers.into_iter().flat_map(|answer| answer.days) {
        for window in day.windows.iter().filter(|window| window.care == CareKind::Hourly && window.free > 0) {
            // Whole hours, so that two of them are the same or apart.
            let first = window.span.from.index().next_multiple_of(2);
            for at in (first..window.span.to.index().saturating_sub(1)).step_by(2) {
                let count = next.len();
                let number = next.entry((day.date, at)).or_insert(count * 1_009);
                *number += 1;
                let (child, token) = children[*number % children.len()];
                let span = HalfHour::new(at).zip(HalfHour::new(at + 2));
                let span = span.and_then(|(from, to)| Span::new(from, to)).ok_or("no span")?;
                orders.push(Order { child, offer: window.offer_id, date: day.date, span, seats: window.seats, token });
            }
        }
    }
    let most = children.len();
    // Whoever would come twice at a time stays at home.
    let mut taken: HashMap<(Date, HalfHour), usize> = HashMap::new();
    orders.retain(|order| {
        let count = taken.entry((order.date, order.span.from)).or_default();
        *count += 1;
        *count <= most
    });
    orders.shuffle(&mut StdRng::seed_from_u64(11));
    orders.truncate(ORDERS);
    println!("   {} orders for {} children", orders.len(), children.len());
    Ok(orders)
}

/// Nurseries that take children of twenty months by the hour.
fn nurseries(server: &Running) -> Result<Vec<NurseryId>, String> {
    let mut found = Vec::new();
    let mut path = "/api/v1/slots?limit=100&care=hourly&age_months=20".to_owned();
    let first = path.clone();
    loop {
        let page: SlotPage = serde_json::from_str(&server.get(&path)?).map_err(|error| error.to_string())?;
        found.extend(page.items.iter().map(|item| item.nursery.id));
        let Some(cursor) = page.next_cursor else { return Ok(found) };
        path.clone_from(&first);
        // Writing to a String cannot fail.
        let _ = write!(path, "&cursor={cursor}");
    }
}

/// Signs a family in as a person would, by the code in the outbox, and adds children of twenty months.
fn family(connection: &mut Connection, number: usize) -> Result<(String, Vec<Child>), String> {
    let phone = format!("139{:08}", 10_000_000 + number);
    let post = |connection: &mut Connection, path: &str, headers: &str, body: &str, status: u16| {
        let answer = connection.post(path, headers, body).map_err(|error| error.to_string())?;
        if answer.status == status {
            Ok(answer.body)
        } else {
            Err(format!("{path}: {} {}", answer.status, answer.body))
        }
    };
    post(connection, "/api/v1/auth/codes", "", &format!(r#"{{"phone":"{phone}"}}"#), 202)?;
    let outbox = connection.get(&format!("/dev/outbox?recipient={phone}")).map_err(|error| error.to_string())?;
    let code = code_in(&outbox.body).ok_or("no code in the outbox")?;
    let signed_in =
        post(connection, "/api/v1/auth/sessions", "", &format!(r#"{{"phone":"{phone}","code":"{code}"}}"#), 201)?;
    let tokens: Tokens = serde_json::from_str(&signed_in).map_err(|error| error.to_string())?;
    let birth = chrono::Utc::now().date_naive() - chrono::Months::new(20);
    let mut children = Vec::new();
    for child in 0..CHILDREN {
        let headers =
            format!("authorization: Bearer {}\r\nidempotency-key: child-{number}-{child}\r\n", tokens.access_token);
        let body = format!(r#"{{"name":"B{number}-{child}","birth_date":"{birth}","sex":"female"}}"#);
        let added = post(connection, "/api/v1/children", &headers, &body, 201)?;
        children.push(serde_json::from_str(&added).map_err(|error| error.to_string())?);
    }
    Ok((tokens.access_token, children))
}

/// The six digits of the newest message.
fn code_in(outbox: &str) -> Option<String> {
    let messages: serde_json::Value = serde_json::from_str(outbox).ok()?;
    let body = messages["items"].as_array()?.first()?["body"].as_str()?;
    let mut runs = body.split(|c: char| !c.is_ascii_digit());
    runs.find(|run| run.len() == 6).map(str::to_owned)
}
