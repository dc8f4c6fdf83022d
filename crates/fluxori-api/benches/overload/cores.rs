//! Which cores of the machine do what, as if the callers had a machine of their own.

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// Whoever is started by this thread from now on, PostgreSQL included, leaves one core alone, which is returned. Where there is
/// only one, all share it.
pub(crate) fn leave_one() -> CpuSet {
    let mut mine = sched_getaffinity(None).expect("the cores of this process");
    let mut left = CpuSet::new();
    let last = (0..CpuSet::MAX_CPU).rfind(|core| mine.is_set(*core));
    let last = last.expect("a process has a core");
    left.set(last);
    if mine.count() > 1 {
        mine.unset(last);
        run_on(&mine);
    }
    left
}

/// Moves this thread, and whomever it starts from now on.
pub(crate) fn run_on(cores: &CpuSet) {
    sched_setaffinity(None, cores).expect("cores that there are");
}
