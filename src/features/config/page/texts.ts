import catalogue from '../locales/en.json';

export const texts = catalogue.page;
