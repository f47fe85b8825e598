//! What stands on the board: worked out from what is known and from what was done, on the server and in the browser.

use std::collections::{HashMap, HashSet};

use doorstep_shared::{
    Timestamp,
    board::{
        Board, BoardAction, BoardChild, ConflictKind, FEVER,
        duty::{Duty, on_duty},
        fold::{Attendance, Entry},
        late,
        ratio::{Ratio, RatioLevel},
    },
    bookings::DayState,
    ids::{ActionId, BookingDayId, CarerId, ClassId},
};

use crate::{Locale, td, words};

/// A child in one of the three columns.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Card {
    pub day_id: BookingDayId,
    pub name: String,
    pub state: DayState,
    /// When, who picks up, what was found.
    pub lines: Vec<String>,
    pub tags: Vec<(Tone, String)>,
    pub is_unsent: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tone {
    Plain,
    Warn,
    Accent,
}

impl Tone {
    pub const fn class(self) -> &'static str {
        match self {
            Self::Plain => "tag plain",
            Self::Warn => "tag warn",
            Self::Accent => "tag accent",
        }
    }
}

/// A class with its head count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassShown {
    pub class_id: ClassId,
    pub name: String,
    pub ratio: Ratio,
    pub usual: Option<u16>,
    /// On duty, and who has left.
    pub here: Vec<(CarerId, String)>,
    pub missing: Vec<(CarerId, String)>,
    /// Who may come to help.
    pub others: Vec<(CarerId, String)>,
}

impl ClassShown {
    pub const fn level(&self) -> &'static str {
        self.ratio.level().as_str()
    }

    pub fn of_carers(&self, locale: Locale) -> String {
        td!(locale, board.of_carers, children = self.ratio.children, carers = self.ratio.carers)
    }

    /// The word beside the number: no colour stands alone.
    pub fn word(&self, locale: Locale) -> String {
        match self.ratio.level() {
            RatioLevel::Well => td!(locale, board.left, left = self.ratio.left()),
            RatioLevel::Near => td!(locale, board.near).to_owned(),
            RatioLevel::Over => td!(locale, board.over, over = self.ratio.children - self.ratio.most),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub classes: Vec<ClassShown>,
    pub expected: Vec<Card>,
    pub present: Vec<Card>,
    pub collected: Vec<Card>,
    /// In all classes.
    pub heads: (usize, usize),
    pub conflicts: Vec<(ActionId, String)>,
    pub breaches: Vec<String>,
}

impl Shown {
    /// `unsent` are actions that the server has not seen. Without a class: all of them.
    pub fn of(board: &Board, unsent: &[BoardAction], class: Option<ClassId>, now: Timestamp, locale: Locale) -> Self {
        let mut board = board.clone();
        let waiting: HashSet<BookingDayId> = unsent.iter().filter_map(|action| action.deed.day()).collect();
        board.entries.extend(unsent.iter().map(|action| Entry {
            id: action.id,
            at: action.at,
            deed: action.deed.clone(),
        }));
        let days = board.attendance();
        let names: HashMap<CarerId, &str> = board.carers.iter().map(|carer| (carer.id, carer.name.as_str())).collect();
        let named = |ids: &[CarerId]| -> Vec<(CarerId, String)> {
            ids.iter().filter_map(|id| Some((*id, (*names.get(id)?).to_owned()))).collect()
        };
        let classes = board.classes.iter().map(|class| {
            let Duty { named: here, missing, .. } = on_duty(&class.plan, class.class_id, &board.entries, now);
            let others: Vec<CarerId> = board
                .carers
                .iter()
                .map(|carer| carer.id)
                .filter(|id| !here.contains(id) && !missing.contains(id))
                .collect();
            ClassShown {
                class_id: class.class_id,
                name: format!("{} {}", words::class(class.class_kind, locale), class.name),
                ratio: board.ratio(class, &days, now),
                usual: class.plan.shifts.is_none().then_some(class.plan.usual),
                here: named(&here),
                missing: named(&missing),
                others: named(&others),
            }
        });
        let classes: Vec<ClassShown> = classes.collect();
        let (mut expected, mut present, mut collected) = (Vec::new(), Vec::new(), Vec::new());
        for (child, day) in days.iter().filter(|(child, _)| class.is_none_or(|class| child.class_id == class)) {
            let card = card(child, day, &board, waiting.contains(&child.day_id), locale);
            match day.state {
                DayState::Expected => expected.push(card),
                DayState::CheckedIn => present.push((day.in_at, card)),
                _ => collected.push((day.out_at, card)),
            }
        }
        // Who came last stands first: that is who one looks for when something is wrong.
        present.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        collected.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        let conflicts = days.iter().flat_map(|(child, day)| {
            day.conflicts.iter().map(|conflict| {
                let (name, time) = (child.name.as_str(), conflict.at.clock_time());
                (conflict.action_id, conflict_text(conflict.kind, name, &time, locale))
            })
        });
        let breaches = board.breaches.iter().map(|breach| {
            let class = classes.iter().find(|class| class.class_id == breach.class_id);
            td!(
                locale,
                board.breach,
                class = class.map_or("", |class| class.name.as_str()),
                from = breach.from.clock_time(),
                until = breach.until.map_or_else(|| td!(locale, board.until_now).to_owned(), Timestamp::clock_time),
                children = breach.ratio.children,
                carers = breach.ratio.carers,
                most = breach.ratio.most
            )
        });
        let heads = days.iter().filter(|(_, day)| day.is_present()).count();
        let all = days.iter().filter(|(_, day)| !matches!(day.state, DayState::Absent | DayState::Released)).count();
        Self {
            conflicts: conflicts.collect(),
            breaches: breaches.collect(),
            expected,
            present: present.into_iter().map(|(_, card)| card).collect(),
            collected: collected.into_iter().map(|(_, card)| card).collect(),
            heads: (heads, all),
            classes,
        }
    }
}

/// `36.5`.
pub fn degrees(tenths: u16) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn card(child: &BoardChild, day: &Attendance, board: &Board, is_unsent: bool, locale: Locale) -> Card {
    let window = format!("{}–{}", child.from, child.to);
    let pickup = Some(child.pickup.clone()).filter(|pickup| !pickup.is_empty());
    let time = |at: Option<Timestamp>| at.map(Timestamp::clock_time).unwrap_or_default();
    let first = match day.state {
        DayState::CheckedIn => td!(locale, board.in_at, time = time(day.in_at)),
        DayState::CheckedOut => match &day.collected_by {
            Some(by) => td!(locale, board.collected_by, time = time(day.out_at), by = by),
            None => td!(locale, board.out_at, time = time(day.out_at)),
        },
        DayState::NoShow => td!(locale, board.no_show).to_owned(),
        _ if !child.stands || day.state == DayState::Absent => td!(locale, board.absent).to_owned(),
        _ => window.clone(),
    };
    let is_coming_or_here = matches!(day.state, DayState::Expected | DayState::CheckedIn);
    let second = match day.state {
        DayState::CheckedIn => Some(format!("→ {}", child.to)),
        DayState::Expected => None,
        _ => Some(window),
    };
    let second = second.into_iter().chain(pickup.filter(|_| is_coming_or_here)).collect::<Vec<_>>().join(" · ");
    let mut tags = Vec::new();
    if let Some(morning) = &day.morning {
        if let Some(tenths) = morning.temperature {
            let degrees = degrees(tenths);
            tags.push(if tenths >= FEVER {
                (Tone::Accent, td!(locale, board.fever, degrees = degrees))
            } else {
                (Tone::Plain, td!(locale, board.temperature, degrees = degrees))
            });
        }
        if morning.spots == Some(true) {
            tags.push((Tone::Accent, td!(locale, board.spots).to_owned()));
        }
        if !morning.medicine.is_empty() && is_coming_or_here {
            tags.push((Tone::Warn, td!(locale, board.medicine, note = morning.medicine)));
        }
    }
    if child.has_code && is_coming_or_here {
        tags.push((Tone::Plain, td!(locale, board.has_code).to_owned()));
    }
    if !child.stands && matches!(day.state, DayState::CheckedIn | DayState::CheckedOut) {
        tags.push((Tone::Accent, td!(locale, board.given_up).to_owned()));
    }
    let ends = Timestamp::at(board.date, child.to);
    let half_hours = day.out_at.map_or(0, |out| late::half_hours(ends, out, board.late_free_minutes));
    if half_hours > 0 {
        tags.push((Tone::Warn, td!(locale, board.late, count = half_hours)));
    }
    Card {
        day_id: child.day_id,
        name: child.name.clone(),
        state: day.state,
        lines: [first, second].into_iter().filter(|line| !line.is_empty()).collect(),
        tags,
        is_unsent,
    }
}

fn conflict_text(kind: ConflictKind, name: &str, time: &str, locale: Locale) -> String {
    match kind {
        ConflictKind::AlreadyIn => td!(locale, board.already_in, name = name, time = time),
        ConflictKind::AlreadyOut => td!(locale, board.already_out, name = name, time = time),
        ConflictKind::NotIn => td!(locale, board.not_in, name = name, time = time),
        ConflictKind::HasBeenIn => td!(locale, board.has_been_in, name = name, time = time),
        ConflictKind::GivenUp | ConflictKind::NoPlace => td!(locale, board.came_given_up, name = name, time = time),
    }
}
