package bench;

import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Flux;

@RestController
class StreamController {
  private static final ServerSentEvent<String> OPEN = ServerSentEvent.<String>builder().comment("open").build();

  private final Feeds feeds;
  private final Readiness readiness;

  StreamController(Feeds feeds, Readiness readiness) {
    this.feeds = feeds;
    this.readiness = readiness;
  }

  /**
   * WebFlux sends the head of a response with its first event. The comment brings it at once, and comes after the
   * subscription: who has seen it misses nothing.
   */
  @GetMapping(value = "/getData/{id}", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
  Flux<ServerSentEvent<String>> getData(@PathVariable String id) {
    return feeds.events(id).mergeWith(Flux.just(OPEN));
  }

  @GetMapping("/readyz")
  ResponseEntity<Void> readyz() {
    return ResponseEntity.status(readiness.isReady() ? HttpStatus.NO_CONTENT : HttpStatus.SERVICE_UNAVAILABLE).build();
  }
}
