//! Who is on duty when.

diesel::table! {
    carer (id) {
        id -> Binary,
        nursery_id -> Binary,
        name -> Text,
        created_at -> Timestamp,
        left_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    shift (id) {
        id -> Binary,
        nursery_id -> Binary,
        class_id -> Binary,
        carer_id -> Binary,
        weekday -> Nullable<SmallInt>,
        date -> Nullable<Date>,
        from_half_hour -> SmallInt,
        to_half_hour -> SmallInt,
    }
}

diesel::joinable!(shift -> carer (carer_id));
diesel::allow_tables_to_appear_in_same_query!(carer, shift);
