//! The tables, as both databases hold them. A test compares them with what the migrations make.

mod board;
mod held;
mod hours;
mod messages;
mod roster;
mod staff;
mod statements;
mod vouchers;

pub use self::{
    board::{board_action, ratio_breach},
    held::IsHeld,
    hours::{closure, hours_change, opening_date},
    messages::{delivery, message, visit_answer, wechat_binding},
    roster::{carer, shift},
    staff::{credential, recovery_code, sign_in_try, staff_invitation, staff_member},
    statements::{statement, statement_day, statement_subsidy, statement_voucher},
    vouchers::{campaign, campaign_wave, issuer, issuer_member, ledger_entry, voucher},
};

diesel::table! {
    account (id) {
        id -> Binary,
        phone -> Text,
        created_at -> Timestamp,
        language -> Text,
        by_sms -> Bool,
        wechat_asked_until -> Nullable<Timestamp>,
    }
}

diesel::table! {
    family (id) {
        id -> Binary,
        created_at -> Timestamp,
    }
}

diesel::table! {
    family_member (family_id, account_id) {
        family_id -> Binary,
        account_id -> Binary,
        role -> Text,
        name -> Text,
        joined_at -> Timestamp,
        chosen_at -> Timestamp,
    }
}

diesel::table! {
    family_invitation (id) {
        id -> Binary,
        family_id -> Binary,
        phone -> Text,
        role -> Text,
        name -> Text,
        person_id -> Nullable<Binary>,
        invited_by -> Binary,
        texted -> Bool,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        answer -> Nullable<Text>,
        answered_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    pick_up_person (id) {
        id -> Binary,
        family_id -> Binary,
        name -> Text,
        relation -> Text,
        phone -> Nullable<Text>,
        account_id -> Nullable<Binary>,
        photo_sealed -> Nullable<Binary>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    pick_up_code (id) {
        id -> Binary,
        booking_id -> Binary,
        date -> Date,
        person_id -> Binary,
        issued_at -> Timestamp,
        tries -> SmallInt,
        used_at -> Nullable<Timestamp>,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    login_code (id) {
        id -> Binary,
        phone -> Text,
        code_hash -> Binary,
        address_hash -> Binary,
        sent_at -> Timestamp,
        expires_at -> Timestamp,
        tries -> SmallInt,
        stranger_tries -> SmallInt,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    session (id) {
        id -> Binary,
        account_id -> Binary,
        refresh_hash -> Binary,
        previous_hash -> Nullable<Binary>,
        rotated_at -> Timestamp,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        family_id -> Nullable<Binary>,
        kind -> Text,
        nursery_id -> Nullable<Binary>,
        ends_at -> Nullable<Timestamp>,
        issuer_id -> Nullable<Binary>,
    }
}

diesel::table! {
    child (id) {
        id -> Binary,
        family_id -> Binary,
        name -> Text,
        birth_date -> Date,
        sex -> Text,
        birth_order -> SmallInt,
        residence_district -> Text,
        allergies_sealed -> Nullable<Binary>,
        notes_sealed -> Nullable<Binary>,
        created_at -> Timestamp,
        erased_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    consent (id) {
        id -> Binary,
        child_id -> Binary,
        account_id -> Binary,
        purpose -> Text,
        version -> Text,
        given_at -> Timestamp,
        withdrawn_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    audit (id) {
        id -> Binary,
        at -> Timestamp,
        account_id -> Nullable<Binary>,
        action -> Text,
        subject -> Nullable<Binary>,
    }
}

diesel::table! {
    district (id) {
        id -> Text,
        name -> Text,
        name_en -> Text,
        outline -> Text,
        centre_lat -> Double,
        centre_lng -> Double,
        demo -> Bool,
    }
}

diesel::table! {
    nursery (id) {
        id -> Binary,
        source_key -> Nullable<Text>,
        name -> Text,
        kind -> Text,
        ownership -> Text,
        district_id -> Nullable<Text>,
        address -> Text,
        lat -> Double,
        lng -> Double,
        phone -> Nullable<Text>,
        inclusive -> Bool,
        rating -> Nullable<Text>,
        registration_no -> Nullable<Text>,
        filing_no -> Nullable<Text>,
        about -> Text,
        bring -> Text,
        health -> Text,
        demo -> Bool,
        to_confirm -> Bool,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        import_id -> Nullable<Binary>,
    }
}

diesel::table! {
    class (id) {
        id -> Binary,
        nursery_id -> Binary,
        kind -> Text,
        name -> Text,
        places -> SmallInt,
        carers -> SmallInt,
        carers_most -> SmallInt,
        carers_week -> Nullable<Binary>,
        allowed_week -> Nullable<Binary>,
    }
}

diesel::table! {
    offer (id) {
        id -> Binary,
        class_id -> Binary,
        care -> Text,
        price_fen -> BigInt,
        lead_minutes -> Integer,
        free_until_hours -> SmallInt,
        late_percent -> SmallInt,
        withdrawn_at -> Nullable<Timestamp>,
        late_pick_up_fen -> BigInt,
    }
}

diesel::table! {
    offer_window (offer_id, from_half_hour, to_half_hour) {
        offer_id -> Binary,
        from_half_hour -> SmallInt,
        to_half_hour -> SmallInt,
    }
}

diesel::table! {
    opening (nursery_id, weekday, from_half_hour) {
        nursery_id -> Binary,
        weekday -> SmallInt,
        from_half_hour -> SmallInt,
        to_half_hour -> SmallInt,
    }
}

diesel::table! {
    class_day (class_id, date) {
        class_id -> Binary,
        date -> Date,
        used -> Binary,
        version -> BigInt,
        waiting -> Integer,
        carers -> Nullable<Binary>,
        allowed -> Nullable<Binary>,
    }
}

diesel::table! {
    calendar_feed (child_id) {
        child_id -> Binary,
        key_hash -> Binary,
        created_at -> Timestamp,
    }
}

diesel::table! {
    change (seq) {
        seq -> BigInt,
        tx -> BigInt,
        at -> Timestamp,
        kind -> Text,
        nursery_id -> Binary,
        class_id -> Nullable<Binary>,
        date -> Nullable<Date>,
        version -> Nullable<BigInt>,
        state -> Nullable<Binary>,
    }
}

diesel::table! {
    booking (id) {
        id -> Binary,
        family_id -> Binary,
        account_id -> Binary,
        nursery_id -> Binary,
        state -> Text,
        created_at -> Timestamp,
        hold_expires_at -> Nullable<Timestamp>,
        extended -> Bool,
        confirmed_at -> Nullable<Timestamp>,
        cancelled_at -> Nullable<Timestamp>,
        cancel_cost_fen -> BigInt,
        free_until_hours -> SmallInt,
        late_percent -> SmallInt,
        pickup -> Text,
        door_code -> Text,
        first_date -> Date,
        last_date -> Date,
        version -> BigInt,
        series -> Nullable<Text>,
        moved_from -> Nullable<Binary>,
    }
}

diesel::table! {
    booking_day (id) {
        id -> Binary,
        booking_id -> Binary,
        child_id -> Binary,
        offer_id -> Binary,
        class_id -> Binary,
        care -> Text,
        date -> Date,
        from_half_hour -> SmallInt,
        to_half_hour -> SmallInt,
        state -> Text,
        takes_place -> Bool,
        unit_price_fen -> BigInt,
        price_fen -> BigInt,
        left_at -> Nullable<Timestamp>,
        left_in -> Nullable<BigInt>,
        left_cost_fen -> BigInt,
        moved_to -> Nullable<Binary>,
        moved_day -> Nullable<Binary>,
        free_until_hours -> Nullable<SmallInt>,
        late_percent -> Nullable<SmallInt>,
        late_pick_up_fen -> BigInt,
        late_cost_fen -> BigInt,
        hours_change_id -> Nullable<Binary>,
    }
}

diesel::table! {
    waitlist_entry (id) {
        id -> Binary,
        family_id -> Binary,
        account_id -> Binary,
        nursery_id -> Binary,
        class_id -> Binary,
        offer_id -> Binary,
        date -> Date,
        from_half_hour -> SmallInt,
        to_half_hour -> SmallInt,
        priority -> SmallInt,
        priority_group -> Nullable<Text>,
        number -> BigInt,
        locale -> Text,
        state -> Text,
        joined_at -> Timestamp,
        auto_accept_until -> Nullable<Timestamp>,
        leave_others -> Bool,
        booking_id -> Nullable<Binary>,
        ended_at -> Nullable<Timestamp>,
        passed_at -> Nullable<Timestamp>,
        passed_for -> Nullable<Text>,
    }
}

diesel::table! {
    waitlist_child (entry_id, child_id) {
        entry_id -> Binary,
        child_id -> Binary,
    }
}

diesel::table! {
    child_group (child_id) {
        child_id -> Binary,
        name -> Text,
        given_at -> Timestamp,
    }
}

diesel::table! {
    idempotency (scope) {
        scope -> Binary,
        account_id -> Nullable<Binary>,
        body_hash -> Binary,
        answer -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    job (id) {
        id -> Binary,
        kind -> Text,
        payload -> Text,
        run_at -> Timestamp,
        attempts -> SmallInt,
        locked_until -> Nullable<Timestamp>,
        done_at -> Nullable<Timestamp>,
        error -> Nullable<Text>,
    }
}

diesel::table! {
    setting (name) {
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    nursery_import (id) {
        id -> Binary,
        started_at -> Timestamp,
        accepted_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    nursery_import_row (import_id, nursery_id) {
        import_id -> Binary,
        nursery_id -> Binary,
        draft -> Nullable<Text>,
    }
}

diesel::joinable!(family_member -> family (family_id));
diesel::joinable!(family_member -> account (account_id));
diesel::joinable!(family_invitation -> family (family_id));
diesel::joinable!(pick_up_person -> family (family_id));
diesel::joinable!(pick_up_code -> pick_up_person (person_id));
diesel::joinable!(pick_up_code -> booking (booking_id));
diesel::joinable!(session -> account (account_id));
diesel::joinable!(credential -> account (account_id));
diesel::joinable!(recovery_code -> account (account_id));
diesel::joinable!(staff_member -> account (account_id));
diesel::joinable!(staff_member -> nursery (nursery_id));
diesel::joinable!(staff_invitation -> nursery (nursery_id));
diesel::joinable!(child -> family (family_id));
diesel::joinable!(consent -> child (child_id));
diesel::joinable!(calendar_feed -> child (child_id));
diesel::joinable!(nursery -> district (district_id));
diesel::joinable!(class -> nursery (nursery_id));
diesel::joinable!(offer -> class (class_id));
diesel::joinable!(offer_window -> offer (offer_id));
diesel::joinable!(opening -> nursery (nursery_id));
diesel::joinable!(closure -> nursery (nursery_id));
diesel::joinable!(closure -> class (class_id));
diesel::joinable!(class_day -> class (class_id));
diesel::joinable!(booking -> family (family_id));
diesel::joinable!(booking -> nursery (nursery_id));
diesel::joinable!(booking_day -> booking (booking_id));
diesel::joinable!(booking_day -> child (child_id));
diesel::joinable!(booking_day -> offer (offer_id));
diesel::joinable!(booking_day -> class (class_id));
diesel::joinable!(delivery -> message (message_id));
diesel::joinable!(message -> account (account_id));
diesel::joinable!(wechat_binding -> account (account_id));
diesel::joinable!(waitlist_entry -> booking (booking_id));

diesel::allow_tables_to_appear_in_same_query! {
    account, calendar_feed, family, family_invitation, family_member, pick_up_person, pick_up_code, login_code,
    credential, recovery_code, sign_in_try, staff_member, staff_invitation, session, child, consent, audit, district,
    nursery, nursery_import, nursery_import_row, class, offer, offer_window, opening, opening_date, closure,
    hours_change, class_day, change, booking, booking_day, waitlist_entry, waitlist_child, child_group, idempotency,
    job, message, delivery, visit_answer, setting, wechat_binding, issuer, issuer_member, campaign, campaign_wave,
    voucher, ledger_entry, board_action, ratio_breach, statement, statement_day, statement_voucher, statement_subsidy,
}
