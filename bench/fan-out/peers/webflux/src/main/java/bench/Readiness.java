package bench;

import java.util.Collection;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.springframework.kafka.listener.ConsumerAwareRebalanceListener;
import org.springframework.stereotype.Component;

/** Knows when a record that is produced from now on is one that the listener gets. */
@Component
class Readiness implements ConsumerAwareRebalanceListener {
  private volatile boolean isReady;

  boolean isReady() {
    return isReady;
  }

  /** "Latest" is looked up only when a position is first needed: asking for it here settles where reading begins. */
  @Override
  public void onPartitionsAssigned(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
    partitions.forEach(consumer::position);
    isReady = !partitions.isEmpty();
  }
}
