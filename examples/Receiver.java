// Receives events of settled: verifies, stores, answers, and processes afterwards; each event once.
//
//   WEBHOOK_SECRET=whsec_... java Receiver.java 8090 inbox.log
import com.sun.net.httpserver.*;
import java.io.*;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.*;
import java.security.MessageDigest;
import java.util.*;
import java.util.concurrent.*;
import java.util.regex.Pattern;
import static java.nio.charset.StandardCharsets.UTF_8;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class Receiver {
    static final int TOLERANCE_SECONDS = 300, BODY_BYTES_MAX = 2 << 20;
    static final byte[] KEY = Base64.getDecoder().decode(System.getenv("WEBHOOK_SECRET").replaceFirst("^whsec_", ""));
    static final Set<String> seen = new HashSet<>();
    static final ExecutorService worker = Executors.newSingleThreadExecutor();
    static FileChannel inbox;

    // Standard Webhooks: HMAC-SHA256 over id.timestamp.body; while a secret is changed there are several signatures.
    static boolean isAuthentic(Headers headers, byte[] body) throws Exception {
        String id = headers.getFirst("webhook-id"), timestamp = headers.getFirst("webhook-timestamp");
        String signatures = headers.getFirst("webhook-signature");
        if (id == null || timestamp == null || signatures == null || !timestamp.matches("\\d{1,12}")
                || Math.abs(System.currentTimeMillis() / 1000 - Long.parseLong(timestamp)) > TOLERANCE_SECONDS) return false;
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(KEY, "HmacSHA256"));
        mac.update((id + "." + timestamp + ".").getBytes(UTF_8));
        byte[] expected = ("v1," + Base64.getEncoder().encodeToString(mac.doFinal(body))).getBytes();
        boolean holds = false;
        for (String given : signatures.split(" ")) holds |= MessageDigest.isEqual(given.getBytes(), expected);
        return holds;
    }

    // On the disk when it returns; a second time nothing is written.
    static synchronized boolean store(String id, byte[] body) throws IOException {
        if (seen.contains(id)) return false;
        String line = id + " " + new String(body, UTF_8).replace('\n', ' ') + "\n";
        inbox.write(ByteBuffer.wrap(line.getBytes(UTF_8)));
        inbox.force(true);
        return seen.add(id);
    }

    // Your work goes here, after the answer; with a JSON library of yours.
    static void work(String id, byte[] body) {
        var type = Pattern.compile("\"type\":\"([^\"]*)\"").matcher(new String(body, UTF_8));
        System.out.println("processed " + id + " " + (type.find() ? type.group(1) : ""));
    }

    static void receive(HttpExchange exchange) throws IOException {
        try (exchange) { // without an answer it comes again
            byte[] body = exchange.getRequestBody().readNBytes(BODY_BYTES_MAX);
            boolean isAuthentic = isAuthentic(exchange.getRequestHeaders(), body);
            String id = exchange.getRequestHeaders().getFirst("webhook-id");
            boolean isNew = isAuthentic && store(id, body);
            exchange.sendResponseHeaders(isAuthentic ? 204 : 401, -1);
            if (isNew) worker.submit(() -> work(id, body));
        } catch (Exception failure) {
            System.err.println(failure);
        }
    }

    public static void main(String[] arguments) throws IOException {
        Path path = Path.of(arguments[1]);
        String before = Files.exists(path) ? Files.readString(path) : ""; // of a former run
        before.substring(0, before.lastIndexOf('\n') + 1).lines().forEach(line -> seen.add(line.split(" ", 2)[0]));
        inbox = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        var server = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(arguments[0])), 0);
        server.createContext("/", Receiver::receive);
        server.setExecutor(Executors.newFixedThreadPool(8));
        server.start();
        System.out.println("listening " + server.getAddress().getPort());
    }
}
