//! Opening hours that change, closures, and what becomes of the bookings that they touch.

mod closing;
mod opening;
mod treated;

use doorstep_shared::{
    care::ClassKind,
    hours::{ChangeHours, Fate, HoursChange, HoursPreview, HoursRecord, Instead, PreviewHours, Touched},
    ids::ClassId,
};
use doorstep_tests::{Nursery, prelude::*};

const DAY: &str = "08:00-17:30";
const MORNING: &str = "08:00-12:00";
const AFTERNOON: &str = "13:30-17:30";
const REASON: &str = "设备检修";

/// A nursery open 07:30 to 18:00 whose toddlers have three places and whose mixed class has some.
struct House {
    nursery: Nursery,
    toddlers: Offer,
    mixed: Offer,
    head: Staff,
}

impl House {
    async fn of(app: &TestApp, mixed_places: i16) -> Self {
        let nursery = app.nursery().create().await;
        let toddlers = app.offer().of(&nursery).places(3).full_day().price_fen(9_000).create().await;
        let mixed = app.offer().of(&nursery).class(ClassKind::Mixed).places(mixed_places).full_day();
        let mixed = mixed.price_fen(12_000).create().await;
        Self { head: app.head(nursery.id).await, nursery, toddlers, mixed }
    }

    /// Tries to close, as it is seen now.
    async fn close(&self, change: HoursChange, instead: Instead) -> Result<HoursRecord, Problem> {
        let seen = self.preview(&change, instead).await.seen;
        self.head.call(&ChangeHours { change, instead, reason: REASON.to_owned(), seen }).await
    }

    async fn preview(&self, change: &HoursChange, instead: Instead) -> HoursPreview {
        self.head.call(&PreviewHours { change: change.clone(), instead }).await.unwrap()
    }
}

fn closure(class: Option<ClassId>, date: Date, window: Option<&str>) -> HoursChange {
    let window = window.map(|window| window.parse().unwrap());
    HoursChange::Closure { class_id: class, from: date, until: date, window }
}

const NOTHING: Instead = Instead { other_class: false, shorter: false, other_time: false };
const ANYTHING: Instead = Instead { other_class: true, shorter: true, other_time: true };

fn fates(touched: &[Touched]) -> Vec<Fate> {
    touched.iter().map(|touched| touched.fate).collect()
}
