// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.util.ArrayList;
import java.util.List;

/// The slots of one instance that are in one state; a stack, so that the channel used last (whose buffers and connection to the app are
/// warm) is used next.
final class SlotList {
    private final Slot.State members;
    private Slot top;
    private int size;

    SlotList(Slot.State members) {
        this.members = members;
    }

    int size() {
        return size;
    }

    Slot top() {
        return top;
    }

    void push(Slot slot) {
        slot.state = members;
        slot.previous = null;
        slot.next = top;
        if (top != null) {
            top.previous = slot;
        }
        top = slot;
        size++;
    }

    void remove(Slot slot) {
        if (slot.state != members) {
            throw new IllegalStateException("slot is " + slot.state + ", not " + members);
        }
        if (slot.previous == null) {
            top = slot.next;
        } else {
            slot.previous.next = slot.next;
        }
        if (slot.next != null) {
            slot.next.previous = slot.previous;
        }
        slot.previous = null;
        slot.next = null;
        slot.state = Slot.State.GONE;
        size--;
    }

    /// Takes all out; they are gone.
    List<Slot> clear() {
        List<Slot> all = new ArrayList<>(size);
        while (top != null) {
            all.add(top);
            remove(top);
        }
        return all;
    }
}
