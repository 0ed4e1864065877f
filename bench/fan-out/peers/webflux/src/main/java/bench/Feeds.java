package bench;

import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;
import reactor.core.publisher.BufferOverflowStrategy;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/**
 * One Kafka listener, and a multicast sink of its own for each ID that was ever watched.
 *
 * <p>Tutorials often show one sink for everything with a filter for each connection; with 1,000 IDs that looks at every
 * record 1,000 times. A sink for each ID is the better that the same parts can do. The sink itself keeps nothing; each
 * connection has a bounded queue, and one that is full ends its stream with an error, so nothing is skipped in silence.
 * The strategy is named because the queue that goes without it takes room for all its events beforehand.
 *
 * <p>{@code publishOn}, which tutorials leave out, is in this application's favour: without it the listener's one thread
 * writes to every connection.
 */
@Component
class Feeds {
  private static final int QUEUE_EVENTS = 65_536;

  private final ConcurrentHashMap<String, Sinks.Many<ServerSentEvent<String>>> sinks = new ConcurrentHashMap<>();

  /** What arrives for this ID from the subscription on. */
  Flux<ServerSentEvent<String>> events(String id) {
    return sinks
        .computeIfAbsent(id, unused -> Sinks.many().multicast().directBestEffort())
        .asFlux()
        .onBackpressureBuffer(QUEUE_EVENTS, BufferOverflowStrategy.ERROR)
        .publishOn(Schedulers.parallel());
  }

  /** All connections of an ID share one event; WebFlux encodes it for each of them. */
  @KafkaListener(topics = "${bench.topic}")
  void onRecord(ConsumerRecord<String, String> record) {
    Sinks.Many<ServerSentEvent<String>> sink = record.key() == null ? null : sinks.get(record.key());
    if (sink == null) return;
    sink.emitNext(ServerSentEvent.builder(record.value()).build(), Sinks.EmitFailureHandler.FAIL_FAST);
  }
}
