/** Kafka's log settings: warnings only, into one file, which the error of a failed start quotes. */
export const LOG4J_XML = `<Configuration status="ERROR">
  <Appenders>
    <File name="file" fileName="\${sys:feedline.kafka.log}">
      <PatternLayout pattern="%d{HH:mm:ss.SSS} %p %c{1}: %m%n%ex{3}"/>
    </File>
  </Appenders>
  <Loggers><Root level="WARN"><AppenderRef ref="file"/></Root></Loggers>
</Configuration>
`;
