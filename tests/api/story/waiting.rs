//! The steps of those who wait, and what their entries say.

use doorstep_shared::{
    Timestamp,
    bookings::{AcceptPlace, JoinWaitlist, LeaveWaitlist, WaitlistEntry},
};
use doorstep_tests::Family;

use super::{
    Telling,
    steps::{Place, Step},
    window,
};

impl Telling {
    pub async fn wait(&mut self, step: &Step) -> Option<String> {
        let (number, expected, answer) = match step {
            Step::Join { family, children, place, auto } => {
                let numbers: Vec<usize> = (0..*children).collect();
                let joined = self.reference.or_nothing(|reference| reference.join(*family, &numbers, *place, *auto));
                let ask = self.joining(*family, *children, *place, *auto);
                let answer = self.families[*family].call(&ask).await;
                if let (Ok(number), Ok(entry)) = (joined, &answer)
                    && number == self.entries.len()
                {
                    self.entries.push(entry.id);
                }
                (joined.unwrap_or_default(), joined.map(drop), answer)
            }
            Step::Accept(index) => {
                let number = self.reference.pick_entry(index)?;
                let expected = self.reference.or_nothing(|reference| reference.accept(number));
                let ask = AcceptPlace { id: self.entries[number], leave_others: false };
                (number, expected, self.who_waits(number).call(&ask).await)
            }
            Step::Leave(index) => {
                let number = self.reference.pick_entry(index)?;
                let expected = self.reference.or_nothing(|reference| reference.leave(number));
                let ask = LeaveWaitlist { id: self.entries[number] };
                (number, expected, self.who_waits(number).call(&ask).await)
            }
            _ => return None,
        };
        let went = answer.as_ref().map_or_else(|problem| problem.kind.to_string(), |entry| entry.state.to_string());
        assert_eq!(
            answer.as_ref().map(drop).map_err(|problem| problem.kind),
            expected,
            "entry {number}: {step:?} answered {answer:?}, {:?}",
            self.reference.line.get(number)
        );
        if let Ok(entry) = answer {
            self.agree_in_line(number, &entry);
        }
        Some(format!("entry {number}: {went}"))
    }

    fn who_waits(&self, number: usize) -> &Family {
        &self.families[self.reference.line[number].family]
    }

    fn joining(&self, family: usize, children: usize, place: Place, auto: bool) -> JoinWaitlist {
        let ((from, to), date) = (window(place.window), self.date(place.day));
        JoinWaitlist {
            child_ids: self.families[family].children.iter().take(children).map(|child| child.id).collect(),
            offer_id: self.offers[place.offer].id,
            date,
            from,
            to,
            auto_accept_until: auto.then(|| Timestamp::at(date, from)),
            leave_others: false,
        }
    }

    /// An entry as it was answered, and as the reference has it.
    fn agree_in_line(&self, number: usize, entry: &WaitlistEntry) {
        let told = (entry.state, entry.position);
        let expected = (self.reference.wait_state(number), self.reference.position(number));
        assert_eq!(told, expected, "entry {number}: {:?}", self.reference.line[number]);
        assert_eq!(entry.booking_id.is_some(), self.reference.line[number].given.is_some(), "entry {number}");
    }

    /// Every entry of every family. Looking at them has written down what time has decided there.
    pub async fn compare_lines(&mut self) {
        for family in 0..self.families.len() {
            self.reference.read_line(family);
            for entry in self.families[family].entries().await {
                let number = self.entries.iter().position(|id| *id == entry.id).expect("somebody joined");
                assert_eq!(self.reference.line[number].family, family, "entry {number}");
                self.agree_in_line(number, &entry);
            }
        }
        self.meet_new_bookings().await;
    }

    /// Learns what the bookings are called that nobody has sent for: those who waited were given them.
    pub async fn meet_new_bookings(&mut self) {
        self.meet_bookings_until(self.reference.bookings.len()).await;
    }

    pub async fn meet_bookings_until(&mut self, end: usize) {
        for booking in self.ids.len()..end {
            let given = self.reference.line.iter().position(|entry| entry.given == Some(booking));
            let number = given.expect("nobody else makes a booking");
            let entry = self.who_waits(number).entry(self.entries[number]).await;
            let id = entry.booking_id.unwrap_or_else(|| panic!("entry {number} was offered nothing: {entry:?}"));
            assert!(!self.ids.contains(&id), "entry {number} was offered what is somebody else's");
            self.ids.push(id);
        }
    }
}
