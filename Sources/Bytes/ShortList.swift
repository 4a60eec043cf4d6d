// A list whose first few elements live in place: what a usual command holds costs no allocation.
// Inlinable, so that other modules get it specialised for what they put in.

/// A list that allocates only past its sixth element.
package struct ShortList<Element> {
    @usableFromInline var inline = InlineArray<6, Element?>(repeating: nil)
    @usableFromInline var overflow: [Element] = []
    @usableFromInline package internal(set) var count = 0

    @inlinable package init() {}

    @inlinable package init(_ elements: some Sequence<Element>) {
        for element in elements { append(element) }
    }

    @inlinable package var isEmpty: Bool { count == 0 }
    @inlinable package var indices: Range<Int> { 0..<count }

    @inlinable package mutating func append(_ element: Element) {
        if count < 6 { inline[count] = element } else { overflow.append(element) }
        count += 1
    }

    @inlinable package subscript(index: Int) -> Element {
        precondition(index >= 0 && index < count, "an index within the list")
        if index < 6, let element = inline[index] { return element }
        return overflow[index - 6]
    }

    package var array: [Element] { indices.map { self[$0] } }

    @inlinable package func contains(where matches: (Element) -> Bool) -> Bool {
        for index in indices where matches(self[index]) { return true }
        return false
    }
}

extension ShortList: Sendable where Element: Sendable {}

extension ShortList: Equatable where Element: Equatable {
    package static func == (left: ShortList, right: ShortList) -> Bool {
        guard left.count == right.count else { return false }
        for index in left.indices where left[index] != right[index] { return false }
        return true
    }
}

extension ShortList: ExpressibleByArrayLiteral {
    package init(arrayLiteral elements: Element...) { self.init(elements) }
}
