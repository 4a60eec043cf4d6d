// A list whose first few elements live in place: what a usual command holds costs no allocation.

/// A list that allocates only past its sixth element.
package struct ShortList<Element> {
    private var inline = InlineArray<6, Element?>(repeating: nil)
    private var overflow: [Element] = []
    package private(set) var count = 0

    package init() {}

    package init(_ elements: some Sequence<Element>) { for element in elements { append(element) } }

    package var isEmpty: Bool { count == 0 }
    package var indices: Range<Int> { 0..<count }

    package mutating func append(_ element: Element) {
        if count < 6 { inline[count] = element } else { overflow.append(element) }
        count += 1
    }

    package subscript(index: Int) -> Element {
        precondition(index >= 0 && index < count, "an index within the list")
        if index < 6, let element = inline[index] { return element }
        return overflow[index - 6]
    }

    package var array: [Element] { indices.map { self[$0] } }

    package func contains(where matches: (Element) -> Bool) -> Bool {
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
