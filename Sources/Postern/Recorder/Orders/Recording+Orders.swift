// Carries out what is ordered: looked at first, then in the trail and on disk, then done.
package import Audit
import Bytes
import Glibc
import Reactor

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
            case .expire(let expiry):
                var entry = order.record(by: user)
                entry.bytes = try expiry.checkedBytes(in: folder)
                try checkSealed(expiry.segment, last: expiry.last)
                let line = try recordNow(entry, at: now)
                // The record stays at hand when its own segment expires one day.
                try ExpiredFile.append(line.span, in: folder)
                try remove(expiry.segment)
            }
        } catch {
            throw error as? OrderRefusal ?? OrderRefusal("\(error)")
        }
    }

    /// Removes a segment's lines; its hashes and checkpoints stay.
    private func remove(_ segment: SegmentName) throws(TrailError) {
        let path = "\(folder)/\(segment.text)"
        guard unsafe unlinkat(AT_FDCWD, path, 0) == 0 else { throw .last("remove \(path)") }
        let directory = try FileDescriptor.opening(folder, O_RDONLY | O_DIRECTORY)
        guard fsync(directory.number) == 0 else { throw .last("sync \(folder)") }
    }
}
