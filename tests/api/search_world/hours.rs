//! Opening hours of a made-up city that change.

use chrono::Days;
use doorstep_server::{bookings::hours, policy::Policies};
use doorstep_shared::{
    Span, Timestamp,
    hours::{HoursChange, Instead},
};

use super::World;
use crate::search_dice::Dice;

impl World {
    /// Closes for a time or opens again, gives a date or a weekday other hours, and treats who is booked then.
    pub(super) async fn change_hours(&mut self, dice: &mut Dice, now: Timestamp) {
        let (class, nursery, _) = *dice.pick(&self.classes);
        let date = now.local_date() + Days::new(dice.below(8) as u64);
        let span: Span = dice.pick(&["08:00-12:00", "12:00-18:00", "07:30-18:00", "16:00-17:00"]).parse().unwrap();
        let open = if dice.once_in(4) { Vec::new() } else { vec![span] };
        let change = match dice.below(6) {
            0 => HoursChange::Week { weekday: dice.between(1, 7) as u8, open },
            1 | 2 => HoursChange::Date { date, open },
            _ => HoursChange::Closure {
                class_id: dice.once_in(2).then_some(class),
                from: date,
                until: date + Days::new(dice.below(3) as u64),
                window: (!dice.once_in(3)).then_some(span),
            },
        };
        let (other_class, shorter, other_time) = (dice.once_in(2), dice.once_in(2), dice.once_in(2));
        let instead = Instead { other_class, shorter, other_time };
        let (account, lifts) = (self.account, dice.once_in(3));
        let write = self.db.write(move |conn| {
            let policies = Policies::load(None, None)?;
            let asked = hours::Asked { nursery, account, now, policies: &policies };
            let seen = hours::preview(conn, asked, &change, instead)?.seen;
            let made = hours::change(conn, asked, (&change, instead), "培训", &seen)?;
            if lifts && matches!(change, HoursChange::Closure { .. }) {
                hours::lift(conn, asked, made.id)?;
            }
            Ok(())
        });
        write.await.unwrap();
    }
}
