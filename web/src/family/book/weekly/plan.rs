//! The days of a pattern, as far as can be known before booking: which come, which are full, closed or left out.

use doorstep_shared::{
    Date, Fen, Problem, Timestamp,
    bookings::{Pattern, Price, PriceLine},
    care::CareKind,
    nurseries::{ClosedReason, DayAvailability},
};

use super::wanted::Weekly;
use crate::{
    family::{
        book::{
            Wish,
            scene::{Candidate, Scene, Standing},
        },
        price,
    },
    visit::Visit,
};

pub struct Plan {
    pub weekly: Weekly,
    pub scene: Scene,
    /// By date.
    pub days: Vec<Day>,
}

pub struct Day {
    pub date: Date,
    pub standing: Standing,
    /// Why the nursery is closed all day.
    pub closed: Option<ClosedReason>,
    pub comes: bool,
}

impl Plan {
    /// # Errors
    /// As [`Scene::load`].
    pub async fn load(visit: &Visit, mut weekly: Weekly) -> Result<Self, Problem> {
        // The age counts on the first day; who outgrows the class later goes to the next one.
        let first = Wish { dates: vec![weekly.start], ..weekly.wish.clone() };
        let scene = Scene::load_until(visit, first, Some(weekly.until)).await?;
        weekly.propose(scene.offer.care);
        weekly.wish.children.clone_from(&scene.wish.children);
        let mut plan = Self { weekly, scene, days: Vec::new() };
        plan.days = plan.days();
        Ok(plan)
    }

    fn days(&self) -> Vec<Day> {
        let known = self.scene.availability.iter().flat_map(|availability| &availability.days);
        let weekly = &self.weekly;
        let meant = known.filter(|day| {
            let working = day.working_weekend && weekly.is_every_workday();
            (weekly.start..=weekly.until).contains(&day.date) && (weekly.is_named(day.date) || working)
        });
        let day = |day: &DayAvailability| {
            let standing = self.standing(day);
            let comes = matches!(standing, Standing::Free(_)) && !weekly.left_out.contains(&day.date);
            Day { date: day.date, standing, closed: day.closed.clone(), comes }
        };
        meant.map(day).collect()
    }

    /// How a day stands for all chosen children; for one, where none is chosen yet.
    fn standing(&self, day: &DayAvailability) -> Standing {
        let chosen = self.scene.chosen();
        if chosen.is_empty() {
            return self.scene.standing(day, &self.scene.offer);
        }
        let placed: Vec<Candidate<'_>> =
            chosen.iter().map(|candidate| self.scene.candidate_on(candidate.child, &[day.date])).collect();
        let mut all = Standing::Free(u16::MAX);
        for candidate in &placed {
            let together = placed.iter().filter(|other| other.offer.id == candidate.offer.id).count();
            let one = match self.scene.standing(day, candidate.offer) {
                Standing::Free(left) if usize::from(left) < together => Standing::Full,
                other => other,
            };
            all = match (all, one) {
                (Standing::Free(most), Standing::Free(left)) => Standing::Free(most.min(left)),
                (Standing::Free(_), other) => other,
                (other, _) => other,
            };
        }
        all
    }

    /// Days that come, in order.
    pub fn coming(&self) -> impl Iterator<Item = &Day> {
        self.days.iter().filter(|day| day.comes)
    }

    /// Whether a day could come that was not in the list that the form showed.
    pub fn is_unseen(&self) -> bool {
        let seen = |day: &Day| self.weekly.wish.dates.contains(&day.date) || self.weekly.left_out.contains(&day.date);
        self.days.iter().any(|day| matches!(day.standing, Standing::Free(_)) && !seen(day))
    }

    /// The last date that can be booked, as far as the pattern asks.
    pub fn last_known(&self) -> Option<Date> {
        self.scene.availability.as_ref()?.days.last().map(|day| day.date)
    }

    /// What is asked for: no dates that lie further ahead than can be booked, which the page has said.
    pub fn pattern(&self) -> Pattern {
        let mut pattern = self.weekly.pattern(self.except());
        pattern.until = self.last_known().map_or(pattern.until, |last| last.min(pattern.until));
        pattern
    }

    /// Dates of the pattern that are not ticked. What is ticked and has become full is asked for all the same: the
    /// answer says so.
    fn except(&self) -> Vec<Date> {
        let ticked = &self.weekly.wish.dates;
        self.days.iter().map(|day| day.date).filter(|date| !ticked.contains(date)).collect()
    }

    /// What the days that come would cost, line by line.
    pub fn price(&self) -> Price {
        let half_hours = u32::from(self.scene.wish.span.half_hours());
        let mut lines: Vec<(PriceLine, doorstep_shared::ids::OfferId)> = Vec::new();
        for (day, chosen) in self.coming().flat_map(|day| self.scene.chosen().into_iter().map(move |one| (day, one))) {
            let Candidate { child, class, offer, .. } = self.scene.candidate_on(chosen.child, &[day.date]);
            let units = if offer.care == CareKind::Hourly { half_hours } else { 1 };
            let amount = offer.care.price_of(offer.price_fen, self.scene.wish.span);
            match lines.iter_mut().find(|(line, id)| *id == offer.id && line.child_name == child.name) {
                Some((line, _)) => {
                    line.units += units;
                    line.amount_fen = [line.amount_fen, amount].into_iter().sum();
                }
                None => {
                    let line = PriceLine {
                        label: String::new(),
                        care: offer.care,
                        class_kind: class.kind,
                        child_name: child.name.clone(),
                        units,
                        unit_price_fen: offer.price_fen,
                        amount_fen: amount,
                    };
                    lines.push((line, offer.id));
                }
            }
        }
        let lines: Vec<_> = lines.into_iter().map(|(line, _)| line).collect();
        let total_fen = price::total(&lines);
        Price { lines, total_fen, cancelled_fen: Fen::ZERO, late_pick_up_fen: Fen::ZERO, due_fen: total_fen }
    }

    /// Until when cancelling the first day is free.
    pub fn free_until(&self) -> Option<Timestamp> {
        let first = self.coming().next()?;
        Some(self.scene.offer.cancel_rule.free_until(Timestamp::at(first.date, self.scene.wish.span.from)))
    }
}
