// Carries out what is ordered: looked at first, then in the trail and on disk, then done.
package import Audit

extension Recording {
    /// Carries an order out; returns when it is done and stands in the trail.
    ///
    /// An order that fails when its record stands in the trail already may be given again: that
    /// finishes what a crash or a full disk has left undone.
    package mutating func carryOut(
        _ order: TrailOrder,
        by user: UInt32,
        at now: Moment
    ) throws(OrderRefusal) {
        do {
            switch order {
            case .hold(let hold):
                var holds = try Holds(in: folder)
                try holds.add(hold, by: user, at: now)
                try recordNow(order.record(by: user), at: now)
                try holds.write(in: folder)
            case .release(let name, _):
                var holds = try Holds(in: folder)
                try holds.release(name)
                try recordNow(order.record(by: user), at: now)
                try holds.write(in: folder)
            case .forget(let name, _): try forget(name, order.record(by: user), at: now)
            }
        } catch {
            throw error as? OrderRefusal ?? OrderRefusal("\(error)")
        }
    }
}
