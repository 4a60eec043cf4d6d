// A place elsewhere for a value that is big and seldom there: what may hold one stays small.

/// A value on the heap, where copies share it.
package indirect enum Boxed<Value> {
    case boxed(Value)

    package var value: Value {
        switch self {
        case .boxed(let value): value
        }
    }
}

extension Boxed: Sendable where Value: Sendable {}
extension Boxed: Equatable where Value: Equatable {}
