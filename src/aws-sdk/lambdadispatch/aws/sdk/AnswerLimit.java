// SPDX-License-Identifier: MIT
package lambdadispatch.aws.sdk;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/// Cuts what the service answers once it is longer than any answer of ours: the SDK would keep 6 MiB for each instance.
final class AnswerLimit implements ExecutionInterceptor {
    /// Our extension's answers have some 300 octets.
    static final int OCTETS = 64 << 10;

    @Override
    public Optional<Publisher<ByteBuffer>> modifyAsyncHttpResponseContent(Context.ModifyHttpResponse context,
            ExecutionAttributes attributes) {
        return context.responsePublisher().map(whole -> subscriber -> whole.subscribe(new Cut(subscriber)));
    }

    /// Passes on one octet more than allowed, so that who reads it sees that it was too long, and lets go of the rest.
    private static final class Cut implements Subscriber<ByteBuffer> {
        private final Subscriber<? super ByteBuffer> reader;
        private Subscription source;
        private int left = OCTETS + 1;

        Cut(Subscriber<? super ByteBuffer> reader) {
            this.reader = reader;
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            source = subscription;
            reader.onSubscribe(subscription);
        }

        @Override
        public void onNext(ByteBuffer part) {
            if (left == 0) {
                return; // was under way when the source was cancelled
            }
            ByteBuffer taken = part.slice(part.position(), Math.min(left, part.remaining()));
            left -= taken.remaining();
            reader.onNext(taken);
            if (left == 0) {
                source.cancel();
                reader.onComplete();
            }
        }

        @Override
        public void onError(Throwable failure) {
            if (left > 0) {
                reader.onError(failure);
            }
        }

        @Override
        public void onComplete() {
            if (left > 0) {
                reader.onComplete();
            }
        }
    }
}
