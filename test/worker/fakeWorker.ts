import type { Message, Request } from '../../src/worker/protocol';
import { FakeServer } from './fakeServer';
import type { FakeOptions } from './fakeServer';

/** The fake server in a worker of its own, so that what the page costs can be measured without it. */
interface WorkerScope {
  name: string;
  postMessage(message: Message): void;
  onmessage: ((event: MessageEvent<Request>) => void) | null;
}
const scope = self as unknown as WorkerScope;
const server = new FakeServer((message) => scope.postMessage(message), JSON.parse(scope.name) as FakeOptions);
scope.onmessage = (event) => server.receive(event.data);
