//! Who works at the made-up nurseries of a demonstration. The page that signs in tells everybody, and only where the city
//! is made up; elsewhere nobody has these.

use super::StaffRole;

/// Of all of them.
pub const PASSWORD: &str = "show me the nursery";

/// At the first nursery, and at the second, which has the same head: phone, role, name.
pub const PEOPLE: [(&str, StaffRole, &str); 7] = [
    ("19900000001", StaffRole::Head, "赵园长"),
    ("19900000002", StaffRole::Teacher, "钱老师"),
    ("19900000003", StaffRole::Teacher, "孙老师"),
    ("19900000004", StaffRole::FrontDesk, "李前台"),
    ("19900000005", StaffRole::Teacher, "周老师"),
    ("19900000006", StaffRole::Teacher, "吴老师"),
    ("19900000007", StaffRole::FrontDesk, "郑前台"),
];

/// How many of them work at the first nursery.
pub const AT_FIRST: usize = 4;
