//! When nurseries are open, and who changed that.

diesel::table! {
    opening_date (nursery_id, date, from_half_hour) {
        nursery_id -> Binary,
        date -> Date,
        from_half_hour -> SmallInt,
        to_half_hour -> SmallInt,
    }
}

diesel::table! {
    closure (id) {
        id -> Binary,
        nursery_id -> Binary,
        class_id -> Nullable<Binary>,
        date -> Date,
        from_half_hour -> SmallInt,
        to_half_hour -> SmallInt,
        reason -> Text,
        hours_change_id -> Nullable<Binary>,
    }
}

diesel::table! {
    hours_change (id) {
        id -> Binary,
        nursery_id -> Binary,
        account_id -> Binary,
        what -> Text,
        reason -> Text,
        last_date -> Nullable<Date>,
        made_at -> Timestamp,
        lifted_at -> Nullable<Timestamp>,
    }
}
