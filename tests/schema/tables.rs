//! The tables that the migrations make, against those that the code believes in.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use diesel::{QueryableByName, RunQueryDsl as _, sql_query, sql_types};
use doorstep_server::db::{Conn, DatabaseUrl, Db};
use doorstep_shared::{
    accounts::SessionKind,
    board::DeedKind,
    bookings::{BookingState, DayState, PriorityGroup, WaitState},
    care::{CareKind, ClassKind, NurseryKind, Ownership},
    children::{ConsentPurpose, Sex},
    family::{InvitationAnswer, Role},
    issuers::IssuerRole,
    messages::{DeliveryChannel, DeliveryState},
    staff::{StaffInvitationAnswer, StaffInvitationPurpose, StaffRole},
    vouchers::{LedgerKind, ValueKind, VoucherState},
};
use doorstep_tests::{Database, Fresh, test_on_both, workspace};

use crate::source;

/// A column in diesel's words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Column {
    pub table: String,
    pub name: String,
    pub kind: String,
    pub nullable: bool,
    pub in_key: bool,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = sql_types::Text)]
    table_name: String,
    #[diesel(sql_type = sql_types::Text)]
    name: String,
    #[diesel(sql_type = sql_types::Text)]
    kind: String,
    #[diesel(sql_type = sql_types::BigInt)]
    nullable: i64,
    #[diesel(sql_type = sql_types::BigInt)]
    in_key: i64,
}

const SQLITE: &str = "SELECT m.name AS table_name, c.name AS name, c.type AS kind, 1 - c.\"notnull\" AS nullable, \
    CAST(c.pk > 0 AS INTEGER) AS in_key FROM sqlite_master m JOIN pragma_table_info(m.name) c \
    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '\\_\\_diesel%' ESCAPE '\\' \
    ORDER BY m.name, c.cid";

const POSTGRESQL: &str = "SELECT c.table_name::text AS table_name, c.column_name::text AS name, \
    c.data_type::text AS kind, (c.is_nullable = 'YES')::int::bigint AS nullable, \
    (EXISTS (SELECT 1 FROM information_schema.table_constraints t JOIN information_schema.key_column_usage k \
     USING (constraint_schema, constraint_name) WHERE t.constraint_type = 'PRIMARY KEY' \
     AND k.table_name = c.table_name AND k.column_name = c.column_name))::int::bigint AS in_key \
    FROM information_schema.columns c WHERE c.table_schema = 'public' AND c.table_name NOT LIKE '\\_\\_diesel%' \
    ORDER BY c.table_name, c.ordinal_position";

/// The columns that the database has, by table and place.
pub fn columns(fresh: &Fresh) -> Vec<Column> {
    let db = Db::open(&fresh.url(), 1).unwrap();
    let rows: Vec<Row> = db
        .read_blocking(|conn| {
            Ok(match conn {
                Conn::Sqlite(conn) => sql_query(SQLITE).load(conn)?,
                Conn::Postgres(conn) => sql_query(POSTGRESQL).load(conn)?,
            })
        })
        .unwrap();
    let columns = rows.into_iter().map(|row| Column {
        kind: in_diesel(&row, &fresh.url()),
        table: row.table_name,
        name: row.name,
        nullable: row.nullable == 1,
        in_key: row.in_key == 1,
    });
    columns.collect()
}

fn in_diesel(row: &Row, url: &DatabaseUrl) -> String {
    let made = row.kind.to_ascii_uppercase();
    let kind = match made.as_str() {
        "BINARY" | "BYTEA" => "Binary",
        "TEXT" => "Text",
        "TIMESTAMP" | "TIMESTAMP WITHOUT TIME ZONE" => "Timestamp",
        "DATE" => "Date",
        "SMALLINT" => "SmallInt",
        // SQLite numbers rows itself only where the key is declared so; it holds 64 bits.
        "INTEGER" if row.in_key == 1 && matches!(url, DatabaseUrl::Sqlite(_)) => "BigInt",
        "INTEGER" => "Integer",
        "BIGINT" => "BigInt",
        "DOUBLE" | "DOUBLE PRECISION" => "Double",
        "BOOLEAN" => "Bool",
        unknown => unknown,
    };
    kind.to_owned()
}

/// The columns that `schema.rs` and the files below it declare, by table and place.
fn declared() -> Vec<Column> {
    let mut text = fs::read_to_string(workspace().join("server/src/db/schema.rs")).unwrap();
    for file in source::below("server/src/db/schema") {
        text.push_str(&file.text);
    }
    let mut columns = Vec::new();
    for table in text.split("diesel::table! {").skip(1) {
        let (head, body) = table.split_once('{').unwrap();
        let (name, key) = head.trim().trim_end_matches(')').split_once('(').unwrap();
        let key: Vec<&str> = key.trim_end().trim_end_matches(')').split(',').map(str::trim).collect();
        for line in body.split('}').next().unwrap().lines().filter(|line| line.contains("->")) {
            let (column, kind) = line.trim().trim_end_matches(',').split_once(" -> ").unwrap();
            let inner = kind.strip_prefix("Nullable<").and_then(|kind| kind.strip_suffix('>'));
            columns.push(Column {
                table: name.trim().to_owned(),
                name: column.trim().trim_start_matches("r#").to_owned(),
                kind: inner.unwrap_or(kind).to_owned(),
                nullable: inner.is_some(),
                in_key: key.contains(&column.trim()),
            });
        }
    }
    // A stable sort: the columns of a table stay in their order.
    columns.sort_by(|a, b| a.table.cmp(&b.table));
    columns
}

#[test_on_both]
async fn the_tables_are_those_that_the_code_declares(database: Database) {
    let (made, declared) = (columns(&database.fresh()), declared());
    assert!(declared.len() > 100, "{} columns are declared", declared.len());
    for column in &declared {
        assert!(made.contains(column), "the migrations do not make {column:?}");
    }
    for column in &made {
        assert!(declared.contains(column), "schema.rs does not declare {column:?}");
    }
    assert_eq!(made, declared, "in the same order");
}

/// `table.column` → the words its CHECK allows.
fn closed_lists(folder: &str) -> BTreeMap<String, Vec<String>> {
    let mut lists = BTreeMap::new();
    let entries = fs::read_dir(workspace().join("migrations").join(folder)).unwrap();
    // What a later migration says of a list holds.
    let migrations: BTreeSet<_> = entries.map(|entry| entry.unwrap().path()).collect();
    for migration in migrations {
        let text = fs::read_to_string(migration.join("up.sql")).unwrap();
        let mut table = String::new();
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("CREATE TABLE ").or_else(|| line.strip_prefix("ALTER TABLE ")) {
                table = rest.split_whitespace().next().unwrap().to_owned();
            }
            let Some((_, check)) = line.split_once("CHECK (") else { continue };
            let Some((column, words)) = check.split_once(" IN (") else { continue };
            let words = words.split(')').next().unwrap();
            let words = words.split(',').map(|word| word.trim().trim_matches('\'').to_owned()).collect();
            lists.insert(format!("{table}.{}", column.trim()), words);
        }
    }
    lists
}

#[test]
fn closed_lists_hold_the_words_of_the_wire_on_both_databases() {
    let lists = closed_lists("sqlite");
    assert_eq!(lists, closed_lists("postgresql"));
    macro_rules! words {
        ($($column:literal = $words:ty),+ $(,)?) => {
            [$(($column, <$words>::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>())),+]
        };
    }
    let cases = words![
        "session.kind" = SessionKind,
        "staff_member.role" = StaffRole,
        "staff_invitation.role" = StaffRole,
        "staff_invitation.purpose" = StaffInvitationPurpose,
        "staff_invitation.answer" = StaffInvitationAnswer,
        "family_member.role" = Role,
        "family_invitation.role" = Role,
        "family_invitation.answer" = InvitationAnswer,
        "child.sex" = Sex,
        "consent.purpose" = ConsentPurpose,
        "nursery.kind" = NurseryKind,
        "nursery.ownership" = Ownership,
        "class.kind" = ClassKind,
        "offer.care" = CareKind,
        "booking.state" = BookingState,
        "booking_day.care" = CareKind,
        "booking_day.state" = DayState,
        "delivery.channel" = DeliveryChannel,
        "delivery.state" = DeliveryState,
        "waitlist_entry.state" = WaitState,
        "waitlist_entry.priority_group" = PriorityGroup,
        "child_group.name" = PriorityGroup,
        "issuer_member.role" = IssuerRole,
        "campaign.value_kind" = ValueKind,
        "voucher.state" = VoucherState,
        "ledger_entry.kind" = LedgerKind,
        "board_action.kind" = DeedKind,
    ];
    for (column, words) in cases {
        assert_eq!(lists.get(column).map(Vec::as_slice).unwrap_or_default(), words, "{column}");
    }
}
