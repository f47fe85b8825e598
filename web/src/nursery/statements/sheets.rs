//! What a spreadsheet of a month says: a sheet of children, one of days, and one of what was put right.

use doorstep_shared::{
    Date, Fen, Timestamp,
    statements::{Statement, StatementDay, Statements},
};

use crate::{
    Locale,
    statement::{child_name, state},
    td, words,
};

/// A table, to be written as it is.
pub struct Sheet {
    pub name: String,
    pub head: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
    /// The last row adds up those before it.
    pub has_sum: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Text(String),
    Money(Fen),
    Count(u16),
    Date(Date),
    Empty,
}

pub fn of_month(all: &Statements, each: &[Statement], locale: Locale) -> Vec<Sheet> {
    let mut sheets = vec![children(all, locale), days(each, locale)];
    if each.iter().any(|statement| !statement.adjustments.is_empty()) {
        sheets.push(put_right(each, locale));
    }
    sheets
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn children(all: &Statements, locale: Locale) -> Sheet {
    let row =
        |name: String, counts: doorstep_shared::statements::DayCounts, sums: doorstep_shared::statements::Sums| {
            let counts = [counts.attended, counts.expected, counts.absent, counts.missed, counts.given_up];
            let amounts = [
                sums.care_fen,
                sums.given_up_fen,
                sums.late_pick_up_fen,
                sums.adjusted_fen,
                Fen::ZERO - sums.vouchers_fen,
                sums.due_fen,
                sums.expected_subsidy_fen,
            ];
            let cells = counts.map(Cell::Count).into_iter().chain(amounts.map(Cell::Money));
            std::iter::once(Cell::Text(name)).chain(cells).collect()
        };
    let mut rows: Vec<Vec<Cell>> =
        all.children.iter().map(|child| row(child_name(&child.child_name, locale), child.counts, child.sums)).collect();
    rows.push(row(td!(locale, statement.sum).to_owned(), all.counts, all.sums));
    let mut head = texts(&[
        td!(locale, statement.child),
        td!(locale, statement.attended),
        td!(locale, statement.expected),
        td!(locale, statement.absent),
        td!(locale, statement.missed),
        td!(locale, statement.given_up),
    ]);
    let amounts = [
        td!(locale, statement.care),
        td!(locale, statement.given_up),
        td!(locale, statement.late),
        td!(locale, statement.adjusted),
        td!(locale, statement.vouchers),
        td!(locale, statement.due),
        td!(locale, statement.subsidy),
    ];
    head.extend(in_yuan(&amounts, locale));
    Sheet { name: words::month(all.month, locale), head, rows, has_sum: true }
}

/// Heads of columns of amounts.
fn in_yuan(names: &[&str], locale: Locale) -> impl Iterator<Item = String> {
    names.iter().map(move |name| td!(locale, statement.in_yuan, name = name))
}

fn clock(at: Option<Timestamp>) -> Cell {
    at.map_or(Cell::Empty, |at| Cell::Text(at.clock_time()))
}

fn what(name: &str, day: &StatementDay, locale: Locale) -> Vec<Cell> {
    let text = |text: &str| Cell::Text(text.to_owned());
    vec![
        text(&child_name(name, locale)),
        Cell::Date(day.date),
        text(words::care(day.care, locale)),
        text(words::class(day.class_kind, locale)),
        text(&day.span.to_string()),
        text(state(day, locale)),
        clock(day.came_at),
        clock(day.collected_at),
    ]
}

fn head_of_days(locale: Locale) -> Vec<String> {
    texts(&[
        td!(locale, statement.child),
        td!(locale, statement.date),
        td!(locale, statement.care_kind),
        td!(locale, statement.class),
        td!(locale, statement.window),
        td!(locale, statement.attendance),
        td!(locale, statement.came),
        td!(locale, statement.collected),
    ])
}

fn days(each: &[Statement], locale: Locale) -> Sheet {
    let row = |name: &str, day: &StatementDay| {
        let mut cells = what(name, day, locale);
        let amounts = [day.unit_price_fen, day.care_fen, day.given_up_fen, day.late_pick_up_fen, day.total()];
        cells.extend(amounts.map(Cell::Money));
        cells
    };
    let of_child =
        |statement: &Statement| statement.days.iter().map(|day| row(&statement.child_name, day)).collect::<Vec<_>>();
    let mut head = head_of_days(locale);
    let amounts = [
        td!(locale, statement.unit_price),
        td!(locale, statement.care),
        td!(locale, statement.given_up),
        td!(locale, statement.late),
        td!(locale, statement.amount),
    ];
    head.extend(in_yuan(&amounts, locale));
    let rows = each.iter().flat_map(of_child).collect();
    Sheet { name: td!(locale, statement.days).to_owned(), head, rows, has_sum: false }
}

fn put_right(each: &[Statement], locale: Locale) -> Sheet {
    let of_child = |statement: &Statement| {
        let row = |one: &doorstep_shared::statements::Adjustment| {
            let mut cells = what(&statement.child_name, &one.day, locale);
            cells.extend([one.before_fen, one.day.total(), one.difference()].map(Cell::Money));
            cells
        };
        statement.adjustments.iter().map(row).collect::<Vec<_>>()
    };
    let mut head = head_of_days(locale);
    let amounts = [td!(locale, statement.before), td!(locale, statement.amount), td!(locale, statement.difference)];
    head.extend(in_yuan(&amounts, locale));
    let rows = each.iter().flat_map(of_child).collect();
    Sheet { name: td!(locale, statement.adjusted).to_owned(), head, rows, has_sum: false }
}
