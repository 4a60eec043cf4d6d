// The keys that seal session tickets: the current one, and the one before it.

/// Rotating ticket keys.
package final class TicketKeys: Sendable {
    /// Makes the first key; `now` is monotonic time.
    package init(at now: Duration) {}

    /// Makes a new current key when the present one is older than `lifetime`.
    package func rotateIfDue(at now: Duration) {}
}
