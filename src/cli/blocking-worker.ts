/** The program of a blocking thread. */
import { runBlockingWorker } from '../host/linux/blocking-worker';

runBlockingWorker();
