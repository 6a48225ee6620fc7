// SPDX-License-Identifier: MIT
package lambdadispatch.router.dispatch;

import java.util.BitSet;
import java.util.function.Predicate;

/// The instances that could take one more exchange now, in buckets by how many they run (a slow one counts as fuller than it is): the least
/// loaded is found without a scan.
///
/// Among equals the one used last comes first. So at low load the others stay idle, and an idle instance can return.
final class Offers {
    static final int NONE = -1;
    /// An instance that counts as so much fuller than it is comes after all others: no instance runs more (`MaxConcurrentCount` is at most
    /// 1,000).
    static final int LAST = 1000;
    /// It may be so for two reasons, and slow.
    private static final int MOST_HANDICAP = 2 * LAST + Outliers.SLOW_HANDICAP;

    private final int maxConcurrentCount;
    private final Instance[] heads;
    private final BitSet filled;

    Offers(int maxConcurrentCount) {
        this.maxConcurrentCount = maxConcurrentCount;
        this.heads = new Instance[maxConcurrentCount + MOST_HANDICAP];
        this.filled = new BitSet(heads.length);
    }

    /// The least loaded instance, or null when none can take more.
    Instance least() {
        int bucket = filled.nextSetBit(0);
        return bucket < 0 ? null : heads[bucket];
    }

    /// The least loaded of those that pass; looks at one after another.
    Instance least(Predicate<Instance> passes) {
        for (int bucket = filled.nextSetBit(0); bucket >= 0; bucket = filled.nextSetBit(bucket + 1)) {
            for (Instance instance = heads[bucket]; instance != null; instance = instance.nextInBucket) {
                if (passes.test(instance)) {
                    return instance;
                }
            }
        }
        return null;
    }

    /// To be called after every change to an instance's state, flags or slots.
    void update(Instance instance) {
        int wanted = instance.mayTakeMore(maxConcurrentCount) ? instance.rank() : NONE;
        if (wanted == instance.bucket) {
            return;
        }
        if (instance.bucket != NONE) {
            leave(instance);
        }
        if (wanted != NONE) {
            enter(instance, wanted);
        }
    }

    private void enter(Instance instance, int bucket) {
        Instance head = heads[bucket];
        instance.bucket = bucket;
        instance.nextInBucket = head;
        if (head == null) {
            filled.set(bucket);
        } else {
            head.previousInBucket = instance;
        }
        heads[bucket] = instance;
    }

    private void leave(Instance instance) {
        int bucket = instance.bucket;
        if (instance.previousInBucket == null) {
            heads[bucket] = instance.nextInBucket;
            if (heads[bucket] == null) {
                filled.clear(bucket);
            }
        } else {
            instance.previousInBucket.nextInBucket = instance.nextInBucket;
        }
        if (instance.nextInBucket != null) {
            instance.nextInBucket.previousInBucket = instance.previousInBucket;
        }
        instance.previousInBucket = null;
        instance.nextInBucket = null;
        instance.bucket = NONE;
    }
}
